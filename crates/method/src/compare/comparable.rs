//! Whether two sums may be compared.

/// What is known of one side of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Readings of its windows.
    pub count: i64,
    /// Readings that its counters should have sent.
    pub expected: i64,
    /// Windows that are closed.
    pub closed: i64,
    /// Windows that its time has.
    pub windows: i64,
    /// Counters that were in service throughout.
    pub counters: i64,
    /// Counters that were in service for a part of it.
    pub partly: i64,
    /// Version of the rule by which the zone is counted: another line or another direction is another quantity.
    pub rule: u32,
}

/// Why two sums are not comparable; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotComparable {
    /// There is nothing to compare with.
    NoData,
    /// The rule of counting has changed in between.
    OtherRule,
    /// Other numbers of counters, or some that were in service for a part of a side only.
    OtherCounters,
    /// A side is not over.
    Unfinished,
    /// The times have different numbers of windows, by more than an hour or 1 %: the change of the clocks is no reason.
    OtherLength,
    /// A side is covered by less than 90 %.
    TooLittleCovered,
    /// Both are covered well, but one by over 5 points more than the other.
    CoverageDiffers,
}

impl NotComparable {
    /// Every reason, in the order they are looked for.
    pub const ALL: [Self; 7] = [
        Self::NoData,
        Self::OtherRule,
        Self::OtherCounters,
        Self::Unfinished,
        Self::OtherLength,
        Self::TooLittleCovered,
        Self::CoverageDiffers,
    ];

    /// The word of interfaces.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::OtherRule => "other_rule",
            Self::OtherCounters => "other_counters",
            Self::Unfinished => "unfinished",
            Self::OtherLength => "other_length",
            Self::TooLittleCovered => "too_little_covered",
            Self::CoverageDiffers => "coverage_differs",
        }
    }

    /// The reason in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NoData => "there is nothing to compare with: one of the two times has no counts",
            Self::OtherRule => "the lines that are counted were not the same at both times",
            Self::OtherCounters => "not as many counters were in service throughout both times",
            Self::Unfinished => "one of the two times is not over yet",
            Self::OtherLength => "the two times are not equally long",
            Self::TooLittleCovered => "at one of the two times less than 90 % of the reports came",
            Self::CoverageDiffers => "much more of the reports came at one of the two times than at the other",
        }
    }

    /// The reason in words where a time of one place stands beside the same time of others, and nothing else is compared.
    pub fn meaning_beside_others(self) -> &'static str {
        match self {
            Self::NoData => "no whole day of this time is over and has 90 % of its reports",
            Self::OtherCounters => "some counters were in service for a part of this time only",
            Self::Unfinished => "this time is not over yet",
            Self::TooLittleCovered => "less than 90 % of the reports of this time came",
            other => other.meaning(),
        }
    }
}

/// Whether sums of quarters on both sides may be compared.
///
/// A sum with gaps is too small by about what is missing, so both sides are covered by 90 % and within 5 points of each other. The
/// bounds are this project's own; the Statistisches Bundesamt is stricter and leaves out a site for a month in which its
/// sensor failed.
///
/// # Errors
/// Why not.
pub fn comparable(one: Side, other: Side) -> Result<(), NotComparable> {
    let sides = [one, other];
    let holds = |reason: NotComparable| match reason {
        NotComparable::NoData => sides.iter().any(|side| side.count <= 0 || side.expected <= 0 || side.windows <= 0),
        NotComparable::OtherRule => one.rule != other.rule,
        NotComparable::OtherCounters => one.counters != other.counters || sides.iter().any(|side| side.partly > 0),
        NotComparable::Unfinished => sides.iter().any(|side| side.closed < side.windows),
        NotComparable::OtherLength => differs_in_length(one.windows, other.windows),
        NotComparable::TooLittleCovered => sides.iter().any(|side| !is_covered(side.count, side.expected)),
        NotComparable::CoverageDiffers => permille(one).abs_diff(permille(other)) > 50,
    };
    NotComparable::ALL.into_iter().find(|reason| holds(*reason)).map_or(Ok(()), Err)
}

/// Whether enough of the expected readings came for a sum to be compared: 90 %.
pub fn is_covered(count: i64, expected: i64) -> bool {
    expected > 0 && i128::from(count) * 10 >= i128::from(expected) * 9
}

/// Coverage in thousandths, rounded down.
fn permille(side: Side) -> i128 {
    i128::from(side.count.min(side.expected)) * 1_000 / i128::from(side.expected.max(1))
}

fn differs_in_length(one: i64, other: i64) -> bool {
    const HOUR: u64 = 4;
    let difference = one.abs_diff(other);
    difference > HOUR && u128::from(difference) * 100 > u128::from(one.max(other).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Side =
        Side { count: 1_000, expected: 1_000, closed: 672, windows: 672, counters: 3, partly: 0, rule: 1 };

    #[track_caller]
    fn check(other: Side, reason: Option<NotComparable>) {
        assert_eq!(comparable(WEEK, other).err(), reason);
        assert_eq!(comparable(other, WEEK).err(), reason);
    }

    #[test]
    fn equal_sides_are_comparable() {
        check(WEEK, None);
        check(Side { count: 5_700, expected: 6_000, ..WEEK }, None); // 95 %
        check(Side { count: 1_010, ..WEEK }, None); // more than expected is full
    }

    #[test]
    fn each_reason_is_found_and_not_just_below_it() {
        check(Side { count: 0, ..WEEK }, Some(NotComparable::NoData));
        check(Side::default(), Some(NotComparable::NoData));
        check(Side { rule: 2, ..WEEK }, Some(NotComparable::OtherRule));
        check(Side { counters: 2, ..WEEK }, Some(NotComparable::OtherCounters));
        check(Side { partly: 1, ..WEEK }, Some(NotComparable::OtherCounters));
        check(Side { closed: 671, ..WEEK }, Some(NotComparable::Unfinished));
        check(Side { closed: 676, windows: 676, ..WEEK }, None); // 25 hours in a day
        check(Side { closed: 679, windows: 679, ..WEEK }, Some(NotComparable::OtherLength)); // 7 > 6.79
        check(Side { closed: 678, windows: 678, ..WEEK }, None); // 6
        check(Side { count: 899, ..WEEK }, Some(NotComparable::TooLittleCovered));
        check(Side { count: 949, ..WEEK }, Some(NotComparable::CoverageDiffers));
        check(Side { count: 950, ..WEEK }, None);
    }

    #[test]
    fn ninety_percent_are_enough() {
        assert_eq!([is_covered(9, 10), is_covered(899, 1_000), is_covered(0, 0)], [true, false, false]);
    }

    #[test]
    fn two_sides_with_the_same_gaps_are_comparable() {
        let gaps = Side { count: 900, ..WEEK };
        assert_eq!(comparable(gaps, gaps), Ok(()));
    }

    #[test]
    fn where_nothing_is_compared_no_reason_that_a_time_can_have_by_itself_speaks_of_two() {
        let alone = [
            Side { count: 0, ..WEEK },
            Side { partly: 1, ..WEEK },
            Side { count: 800, ..WEEK },
            Side { closed: 600, ..WEEK },
        ];
        for side in alone {
            let meaning = comparable(side, side).unwrap_err().meaning_beside_others();
            assert!(!meaning.contains("two times") && !meaning.contains("both times"), "{meaning}");
        }
    }

    #[test]
    fn reasons_have_codes_of_their_own() {
        let codes: std::collections::BTreeSet<_> = NotComparable::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), NotComparable::ALL.len());
    }
}
