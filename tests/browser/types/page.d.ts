/** The page finds its own elements by selectors that say what they are, which no type tells. */
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}
