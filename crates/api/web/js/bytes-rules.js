/** The bytes of a message, for people. Pure. */

/** So many bytes fit a line on a phone. */
const LINE = 8;

/** The bytes that base64 stands for. */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64 ?? ''), (char) => char.charCodeAt(0));
}

/** The text that bytes are; null if they are none: not UTF-8, or with control characters that no text has. */
export function textOf(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text.replaceAll('\r', '')) ? null : text;
  } catch {
    return null;
  }
}

/**
 * Lines of a hexadecimal dump: `0008  6d 22 3a 7b              m":{`.
 * @param {Uint8Array} bytes
 * @returns {string[]}
 */
export function dump(bytes) {
  return Array.from({ length: Math.ceil(bytes.length / LINE) }, (_, at) => line(bytes.slice(at * LINE, (at + 1) * LINE), at * LINE));
}

function line(bytes, from) {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
  return `${from.toString(16).padStart(4, '0')}  ${hex.padEnd(LINE * 3 - 1)}  ${text}`;
}
