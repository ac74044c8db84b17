use expect_test::{Expect, expect};

use super::*;

fn check(highest: Option<u32>, half: u16, expect: &Expect) {
    expect.assert_eq(&format!("{:?}", candidates(highest, half).take(3).collect::<Vec<_>>()));
}

/// After ChirpStack's `get_full_f_cnt_up` (`storage/device.rs`), whose counter is the next one expected, not the highest.
#[test]
fn the_nearest_counter_is_tried_first() {
    check(Some(0), 1, &expect!["[1]"]);
    check(Some(65_535), 0, &expect!["[65536, 0]"]);
    check(Some(65_536), 1, &expect!["[65537, 1]"]);
    check(Some(65_536), 2, &expect!["[65538, 2]"]);
    check(Some(1), 1, &expect!["[1, 65537]"]);
    check(Some(65_536), 0, &expect!["[65536, 131072, 0]"]);
    check(Some(65_535), 65_535, &expect!["[65535, 131071]"]);
    check(Some(u32::MAX - 1), 0, &expect!["[4294901760, 0]"]);
    check(Some(70_000), 65_530, &expect!["[65530, 131066]"]);
}

#[test]
fn a_counter_never_heard_may_have_any_upper_half_of_the_first_sixteen() {
    check(None, 0, &expect!["[0, 65536, 131072]"]);
    check(None, 7, &expect!["[7, 65543, 131079]"]);
    assert_eq!(candidates(None, 7).count(), 16);
    assert!(candidates(None, 0).any(|f_cnt| f_cnt == 15 << 16));
}
