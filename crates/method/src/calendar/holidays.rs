//! Public holidays of North Rhine-Westphalia, computed, and the days that are none and still empty or fill a street.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// A public holiday of North Rhine-Westphalia (Feiertagsgesetz NW, § 2). Easter and Whit Sunday are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holiday {
    /// Neujahr, 1 January.
    NewYear,
    /// Karfreitag, two days before Easter.
    GoodFriday,
    /// Ostermontag.
    EasterMonday,
    /// Tag der Arbeit, 1 May.
    LabourDay,
    /// Christi Himmelfahrt, 39 days after Easter.
    Ascension,
    /// Pfingstmontag, 50 days after Easter.
    WhitMonday,
    /// Fronleichnam, 60 days after Easter.
    CorpusChristi,
    /// Tag der Deutschen Einheit, 3 October.
    GermanUnity,
    /// Allerheiligen, 1 November.
    AllSaints,
    /// Erster Weihnachtstag, 25 December.
    Christmas,
    /// Zweiter Weihnachtstag, 26 December.
    SecondChristmas,
}

/// A day that is no holiday and still unlike others in a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecialDay {
    /// Rosenmontag, 48 days before Easter.
    Rosenmontag,
    /// Heiligabend, 24 December.
    ChristmasEve,
    /// Silvester, 31 December.
    NewYearsEve,
}

impl Holiday {
    /// The word of interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::NewYear => "new_year",
            Self::GoodFriday => "good_friday",
            Self::EasterMonday => "easter_monday",
            Self::LabourDay => "labour_day",
            Self::Ascension => "ascension",
            Self::WhitMonday => "whit_monday",
            Self::CorpusChristi => "corpus_christi",
            Self::GermanUnity => "german_unity",
            Self::AllSaints => "all_saints",
            Self::Christmas => "christmas",
            Self::SecondChristmas => "second_christmas",
        }
    }
}

impl SpecialDay {
    /// The word of interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::Rosenmontag => "rosenmontag",
            Self::ChristmasEve => "christmas_eve",
            Self::NewYearsEve => "new_years_eve",
        }
    }
}

/// Easter Sunday of a year: the anonymous Gregorian algorithm (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8).
/// `None` before 1583, when there was no such calendar, and after 9999.
pub fn easter(year: i16) -> Option<Date> {
    if year < 1583 {
        return None;
    }
    let y = i32::from(year);
    let (golden, century, in_century) = (y % 19, y / 100, y % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let day_of_march = moon + weekday - 7 * late + 22;
    Date::new(year, 3, 1).ok()?.checked_add((day_of_march - 1).days()).ok()
}

/// The first Sunday in Advent: the fourth before Christmas. `None` beyond the calendar.
pub fn first_advent(year: i16) -> Option<Date> {
    let eve = Date::new(year, 12, 24).ok()?;
    let since_sunday = eve.weekday().since(Weekday::Sunday);
    eve.checked_sub((i32::from(since_sunday) + 21).days()).ok()
}

/// The public holiday that a date is, by the law since 1995. Reformation Day of 2017, a holiday for once, is not among them.
pub fn public_holiday(date: Date) -> Option<Holiday> {
    let fixed = match (date.month(), date.day()) {
        (1, 1) => Holiday::NewYear,
        (5, 1) => Holiday::LabourDay,
        (10, 3) => Holiday::GermanUnity,
        (11, 1) => Holiday::AllSaints,
        (12, 25) => Holiday::Christmas,
        (12, 26) => Holiday::SecondChristmas,
        _ => return movable(date),
    };
    Some(fixed)
}

fn movable(date: Date) -> Option<Holiday> {
    match days_after_easter(date)? {
        -2 => Some(Holiday::GoodFriday),
        1 => Some(Holiday::EasterMonday),
        39 => Some(Holiday::Ascension),
        50 => Some(Holiday::WhitMonday),
        60 => Some(Holiday::CorpusChristi),
        _ => None,
    }
}

/// The special day that a date is.
pub fn special_day(date: Date) -> Option<SpecialDay> {
    match (date.month(), date.day()) {
        (12, 24) => Some(SpecialDay::ChristmasEve),
        (12, 31) => Some(SpecialDay::NewYearsEve),
        _ => (days_after_easter(date)? == -48).then_some(SpecialDay::Rosenmontag),
    }
}

fn days_after_easter(date: Date) -> Option<i32> {
    let easter = easter(date.year())?;
    Some(i32::from(date.day_of_year()) - i32::from(easter.day_of_year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates_of(year: i16) -> impl Iterator<Item = Date> {
        Date::new(year, 1, 1).unwrap().series(1.day()).take_while(move |date| date.year() == year)
    }

    fn list(year: i16) -> String {
        let dates = dates_of(year).filter(|date| public_holiday(*date).is_some());
        dates.map(|date| format!("{}.{}", date.day(), date.month())).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn holidays_are_those_of_north_rhine_westphalia() {
        // PyPI `holidays` 0.109, Germany(subdiv="NW"); Ascension of 2008 on Labour Day from Feiertagsgesetz NW and Easter of 23 March
        assert_eq!(list(2025), "1.1, 18.4, 21.4, 1.5, 29.5, 9.6, 19.6, 3.10, 1.11, 25.12, 26.12");
        assert_eq!(list(2026), "1.1, 3.4, 6.4, 1.5, 14.5, 25.5, 4.6, 3.10, 1.11, 25.12, 26.12");
        assert_eq!(list(2027), "1.1, 26.3, 29.3, 1.5, 6.5, 17.5, 27.5, 3.10, 1.11, 25.12, 26.12");
        assert_eq!(list(2008), "1.1, 21.3, 24.3, 1.5, 12.5, 22.5, 3.10, 1.11, 25.12, 26.12");
    }

    #[test]
    fn easter_is_between_22_march_and_25_april_and_a_sunday() {
        // Meeus, Astronomical Algorithms, chapter 8: 1991, 1818 (earliest), 1943 (latest), 2000, 1954
        let text = |year| easter(year).unwrap().to_string();
        assert_eq!([1991, 1818, 1943].map(text), ["1991-03-31", "1818-03-22", "1943-04-25"]);
        assert_eq!([2000, 1954].map(text), ["2000-04-23", "1954-04-18"]);
        for year in 1583..=9999 {
            let date = easter(year).unwrap();
            assert_eq!(date.weekday(), Weekday::Sunday);
            assert!(((3, 22)..=(4, 25)).contains(&(date.month(), date.day())), "{date}");
        }
        assert_eq!((easter(1582), easter(10_000)), (None, None));
    }

    #[test]
    fn rosenmontag_and_the_last_days_of_a_year_are_special_but_no_holidays() {
        let special = |year| dates_of(year).filter(|date| special_day(*date).is_some()).map(|date| date.to_string());
        assert_eq!(special(2026).collect::<Vec<_>>(), ["2026-02-16", "2026-12-24", "2026-12-31"]);
        assert_eq!(special(2027).collect::<Vec<_>>(), ["2027-02-08", "2027-12-24", "2027-12-31"]);
        assert!(dates_of(2026).all(|date| public_holiday(date).is_none() || special_day(date).is_none()));
    }

    #[test]
    fn advent_begins_on_the_fourth_sunday_before_christmas() {
        let text = |year| first_advent(year).unwrap().to_string();
        assert_eq!([2022, 2023, 2025, 2026].map(text), ["2022-11-27", "2023-12-03", "2025-11-30", "2026-11-29"]);
    }
}
