//! Which scopes may have figures of their own.

use std::collections::BTreeSet;

/// For each scope, by the counters it is made of and in order of precedence: the first scope before it that has figures of its
/// own and shares a counter with it, if any. Only scopes without one have figures of their own.
///
/// Else the difference of two figures would be a figure of the few counters that make the difference.
pub fn shared_with<T: Ord>(scopes: &[BTreeSet<T>]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = Vec::with_capacity(scopes.len());
    for counters in scopes {
        let before =
            found.iter().zip(scopes).position(|(shared, other)| shared.is_none() && !other.is_disjoint(counters));
        found.push(before);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_has_figures_in_one_scope_only() {
        let scope = |counters: &[u8]| counters.iter().copied().collect::<BTreeSet<u8>>();
        let scopes = [scope(&[1, 2]), scope(&[2, 3]), scope(&[3]), scope(&[1, 2, 3]), scope(&[]), scope(&[4])];
        assert_eq!(shared_with(&scopes), [None, Some(0), None, Some(0), None, None]);
    }
}
