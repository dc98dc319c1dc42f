//! What somebody spends and earns, made up: a tenant with a salary, who likes coffee and travels twice a year.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::random::Random;

/// An expense or an income of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) date: NaiveDate,
    pub(super) title: &'static str,
    pub(super) description: Option<&'static str>,
    /// In minor units of the currency.
    pub(super) amount: i64,
    pub(super) currency: &'static str,
    pub(super) income: bool,
    pub(super) category: &'static str,
    pub(super) tags: &'static [&'static str],
}

/// Everything from one day to another, both included. A day's entries depend on the seed and the day alone, so that
/// stories of one seed agree where they overlap.
pub(super) fn tell(seed: u64, from: NaiveDate, until: NaiveDate) -> Vec<Entry> {
    let mut entries = Vec::new();
    for date in from.iter_days().take_while(|date| *date <= until) {
        let random = Random::of(seed, &date.num_days_from_ce().to_le_bytes());
        let mut day = Day { date, random, journey: Journey::on(date), entries: &mut entries };
        day.fixed_costs();
        day.income();
        match day.journey {
            Some(journey) => day.abroad(&journey),
            None => day.at_home(),
        }
        day.bookings();
        day.presents();
    }
    entries
}

/// A journey to a place with another currency.
#[derive(Clone, Copy)]
struct Journey {
    currency: &'static str,
    /// How many minor units of the currency a cent of the story is worth, in thousandths.
    thousandths: i64,
    tags: &'static [&'static str],
}

/// Two weeks of summer, each year somewhere else, and a week of snow.
const SUMMERS: [Journey; 3] = [
    Journey { currency: "JPY", thousandths: 1600, tags: &["holiday", "japan"] },
    Journey { currency: "GBP", thousandths: 860, tags: &["holiday", "scotland"] },
    Journey { currency: "USD", thousandths: 1080, tags: &["holiday", "new york"] },
];
const SNOW: Journey = Journey { currency: "CHF", thousandths: 950, tags: &["holiday", "skiing"] };

impl Journey {
    fn on(date: NaiveDate) -> Option<Self> {
        match (date.month(), date.day()) {
            (8, 3..=16) => Some(Self::of_summer(date.year())),
            (2, 8..=14) => Some(SNOW),
            _ => None,
        }
    }

    fn of_summer(year: i32) -> Self {
        let [japan, scotland, new_york] = SUMMERS;
        match year.rem_euclid(3) {
            0 => japan,
            1 => scotland,
            _ => new_york,
        }
    }
}

struct Day<'a> {
    date: NaiveDate,
    random: Random,
    journey: Option<Journey>,
    entries: &'a mut Vec<Entry>,
}

/// Prices: from and to, in cents.
type Range = (i64, i64);

impl Day<'_> {
    fn entry(&mut self, title: &'static str, category: &'static str, amount: i64) -> &mut Entry {
        let Self { date, .. } = *self;
        let entry = Entry {
            date,
            title,
            description: None,
            amount,
            currency: "EUR",
            income: false,
            category,
            tags: &[],
        };
        self.entries.push_mut(entry)
    }

    /// Something that happens on `per_mille` of a thousand such days.
    fn perhaps(
        &mut self,
        per_mille: u64,
        titles: &[&'static str],
        category: &'static str,
        (low, high): Range,
        tags: &'static [&'static str],
    ) {
        if self.random.chance(per_mille) {
            let amount = self.random.between(low, high);
            if let Some(title) = self.random.pick(titles) {
                self.entry(title, category, amount).tags = tags;
            }
        }
    }

    /// What a price of 2020 has become: more by three percent a year.
    fn inflated(&self, cents: i64) -> i64 {
        let years = i64::from((self.date.year() - 2020).clamp(0, 50));
        cents + cents * 3 * years / 100
    }

    fn fixed_costs(&mut self) {
        const FIXED: &[&str] = &["fixed"];
        let (month, day) = (self.date.month(), self.date.day());
        match day {
            1 => {
                let rent = self.inflated(92_000);
                let entry = self.entry("Rent", "Rent", rent);
                entry.tags = FIXED;
                entry.description = Some("Two rooms, heating included");
                self.entry("Monthly ticket", "Transport", 4_900).tags = FIXED;
            }
            3 => {
                // Light and warmth cost most in winter.
                let winter = [0, 3_600, 3_100, 2_200, 1_200, 500, 0, 0, 0, 400, 1_300, 2_400, 3_400];
                let extra = winter.get(month as usize).copied().unwrap_or(0);
                let amount = self.inflated(3_800) + extra + self.random.between(-300, 300);
                self.entry("Electricity", "Utilities", amount).tags = FIXED;
            }
            5 => self.entry("Internet", "Utilities", 3_499).tags = FIXED,
            7 => self.entry("Mobile phone", "Utilities", 1_499).tags = FIXED,
            10 => self.entry("Gym", "Health", 2_990).tags = FIXED,
            12 => self.entry("Music streaming", "Subscriptions", 1_099).tags = FIXED,
            15 => self.entry("Film streaming", "Subscriptions", 1_399).tags = FIXED,
            18 if month % 3 == 0 => self.entry("Liability insurance", "Insurance", 2_150).tags = FIXED,
            20 if month == 1 => self.entry("Household insurance", "Insurance", 11_480).tags = FIXED,
            _ => {}
        }
    }

    fn income(&mut self) {
        let (month, day) = (self.date.month(), self.date.day());
        let salary = self.inflated(265_000);
        match (month, day) {
            (_, 27) => {
                self.earned("Salary", "Salary", salary);
                if month == 11 {
                    self.earned("Christmas bonus", "Salary", salary / 2);
                }
            }
            (6, 14) => {
                let refund = self.random.between(28_000, 74_000);
                self.earned("Tax refund", "Interest", refund);
            }
            (3 | 6 | 9 | 12, 30) => {
                let interest = self.random.between(900, 2_600);
                self.earned("Interest", "Interest", interest);
            }
            _ if self.random.chance(18) => {
                let fee = self.random.between(25, 90) * 1_000;
                self.earned("Freelance work", "Freelance", fee).tags = &["invoice"];
            }
            _ => {}
        }
    }

    fn earned(&mut self, title: &'static str, category: &'static str, amount: i64) -> &mut Entry {
        let entry = self.entry(title, category, amount);
        entry.income = true;
        entry
    }

    fn at_home(&mut self) {
        let weekday = self.date.weekday();
        let working = !matches!(weekday, Weekday::Sat | Weekday::Sun);
        self.groceries(weekday);
        if working {
            self.perhaps(
                560,
                &["Coffee", "Espresso", "Cappuccino", "Flat white"],
                "Restaurants",
                (240, 520),
                &["coffee"],
            );
            self.perhaps(
                420,
                &["Lunch", "Canteen", "Soup and bread", "Lunch with colleagues"],
                "Restaurants",
                (780, 1_590),
                &["work"],
            );
        } else {
            self.perhaps(520, &["Bakery", "Brunch", "Rolls and croissants"], "Groceries", (380, 1_450), &[]);
            self.perhaps(180, &["Flea market", "Flowers", "Garden centre"], "Housing", (600, 4_200), &[]);
        }
        let going_out = if matches!(weekday, Weekday::Fri | Weekday::Sat) { 520 } else { 90 };
        self.perhaps(
            going_out,
            &["Dinner", "Pizza", "Thai food", "Tapas", "Drinks"],
            "Restaurants",
            (1_450, 6_800),
            &["friends"],
        );
        self.perhaps(
            70,
            &["Taxi", "Bike repair", "Shared bike", "Shared car"],
            "Transport",
            (350, 3_900),
            &[],
        );
        self.perhaps(
            35,
            &["Train to the parents", "Train to Hamburg", "Coach"],
            "Transport",
            (1_990, 8_900),
            &["weekend"],
        );
        self.perhaps(
            45,
            &["Book", "Second-hand books", "Magazine"],
            "Entertainment",
            (690, 3_200),
            &["reading"],
        );
        self.perhaps(
            55,
            &["Cinema", "Swimming pool", "Museum", "Climbing"],
            "Entertainment",
            (600, 1_800),
            &[],
        );
        self.perhaps(
            14,
            &["Concert", "Theatre", "Football match"],
            "Entertainment",
            (2_200, 9_500),
            &["tickets"],
        );
        self.perhaps(38, &["Pharmacy", "Drugstore"], "Health", (420, 3_400), &[]);
        self.perhaps(6, &["Dentist", "Optician", "Physiotherapy"], "Health", (3_000, 24_000), &[]);
        let season = if matches!(self.date.month(), 11 | 12) { 60 } else { 32 };
        self.perhaps(season, &["Shoes", "Jacket", "Shirts", "Jeans"], "Shopping", (1_990, 14_900), &[]);
        self.perhaps(
            8,
            &["Headphones", "Keyboard", "Phone repair", "Monitor"],
            "Shopping",
            (2_900, 42_000),
            &[],
        );
        self.perhaps(22, &["Kitchenware", "Lamp", "Bed linen", "Tools"], "Housing", (990, 11_900), &[]);
        self.perhaps(12, &["Haircut"], "Personal care", (2_800, 4_500), &[]);
    }

    fn groceries(&mut self, weekday: Weekday) {
        let (titles, per_mille, price): (&[&'static str], u64, Range) = match weekday {
            Weekday::Sat => (&["Weekly shopping", "Market"], 920, (4_200, 9_800)),
            Weekday::Tue | Weekday::Thu => (&["Supermarket", "Greengrocer"], 720, (1_150, 3_900)),
            Weekday::Sun => return,
            _ => (&["Supermarket", "Corner shop"], 240, (350, 1_900)),
        };
        let price = (self.inflated(price.0), self.inflated(price.1));
        self.perhaps(per_mille, titles, "Groceries", price, &["food"]);
    }

    fn abroad(&mut self, journey: &Journey) {
        let skiing = journey.currency == "CHF";
        let first = self.entries.len();
        self.perhaps(
            1000,
            &["Breakfast", "Bakery", "Coffee and cake"],
            "Restaurants",
            (600, 1_700),
            journey.tags,
        );
        self.perhaps(
            900,
            &["Dinner", "Street food", "Small restaurant"],
            "Restaurants",
            (1_900, 6_400),
            journey.tags,
        );
        self.perhaps(500, &["Train", "Underground", "Bus", "Boat"], "Transport", (300, 4_800), journey.tags);
        self.perhaps(
            450,
            &["Museum", "Viewpoint", "Garden", "Guided tour"],
            "Entertainment",
            (800, 3_200),
            journey.tags,
        );
        self.perhaps(
            280,
            &["Souvenirs", "Postcards", "Present for friends"],
            "Gifts",
            (500, 5_500),
            journey.tags,
        );
        self.perhaps(
            if skiing { 850 } else { 0 },
            &["Ski pass", "Ski school"],
            "Entertainment",
            (6_200, 8_900),
            journey.tags,
        );
        for entry in self.entries.iter_mut().skip(first) {
            entry.currency = journey.currency;
            entry.amount = (entry.amount * journey.thousandths / 1_000).max(1);
            if entry.currency == "JPY" {
                // The yen has no minor unit and prices end in tens: a cent above is a hundredth of about 160 yen.
                entry.amount = (entry.amount / 10 * 10).max(100);
            }
        }
    }

    /// What is paid long before a journey.
    fn bookings(&mut self) {
        let summer = Journey::of_summer(self.date.year());
        let (flight, hotel) = (self.random.between(42_000, 98_000), self.random.between(78_000, 145_000));
        match (self.date.month(), self.date.day()) {
            (5, 11) => self.entry("Flight", "Travel", flight).tags = summer.tags,
            (5, 19) => self.entry("Hotel", "Travel", hotel).tags = summer.tags,
            (11, 9) => self.entry("Chalet for a week", "Travel", hotel * 2 / 3).tags = SNOW.tags,
            _ => {}
        }
    }

    fn presents(&mut self) {
        let (month, day) = (self.date.month(), self.date.day());
        if month == 12 && (4..=23).contains(&day) {
            let titles = &["Present for Mum", "Present for Dad", "Toys for the nephews", "Advent market"];
            self.perhaps(330, titles, "Gifts", (1_200, 8_900), &["christmas"]);
        }
        let birthday = [(1, 17), (3, 4), (4, 22), (6, 9), (9, 13), (10, 28)].contains(&(month, day));
        if birthday {
            self.perhaps(1000, &["Birthday present"], "Gifts", (2_000, 6_500), &["birthday"]);
        }
        if (month, day) == (12, 31) {
            self.perhaps(1000, &["Donation"], "Giving", (5_000, 12_000), &[]);
        }
    }
}

/// The first day of a story of so many years that ends on a day.
pub(super) fn beginning(until: NaiveDate, years: u16) -> NaiveDate {
    let months = chrono::Months::new(u32::from(years) * 12);
    let day_before = until.checked_sub_months(months).unwrap_or(NaiveDate::MIN);
    day_before.checked_add_days(Days::new(1)).unwrap_or(day_before)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use finance_domain::category::CategoryName;
    use finance_domain::expense::ExpenseTitle;
    use finance_domain::money::{Currency, Money};
    use finance_domain::tag::{TagName, Tags};

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn three_years(seed: u64) -> Vec<Entry> {
        let until = date("2026-11-23");
        tell(seed, beginning(until, 3), until)
    }

    #[test]
    fn a_story_is_that_of_its_seed() {
        assert_eq!(three_years(1), three_years(1));
        assert_ne!(three_years(1), three_years(2));
        let part = tell(1, date("2025-01-01"), date("2025-01-31"));
        let whole: Vec<_> = three_years(1)
            .into_iter()
            .filter(|entry| (date("2025-01-01")..=date("2025-01-31")).contains(&entry.date))
            .collect();
        assert_eq!(part, whole);
    }

    #[test]
    fn every_entry_is_valid() {
        for entry in three_years(7) {
            ExpenseTitle::parse(entry.title).unwrap();
            CategoryName::parse(entry.category).unwrap();
            Tags::new(entry.tags.iter().map(|tag| TagName::parse(tag).unwrap())).unwrap();
            Money::from_minor(entry.amount, Currency::parse(entry.currency).unwrap()).unwrap();
        }
    }

    #[test]
    fn a_life_is_full_and_within_its_means() {
        for seed in 1..6 {
            let entries = three_years(seed);
            assert!((2_500..6_000).contains(&entries.len()), "{}", entries.len());
            assert_eq!(entries.iter().filter(|entry| entry.title == "Rent").count(), 36);
            let currencies: HashSet<_> = entries.iter().map(|entry| entry.currency).collect();
            assert_eq!(currencies.len(), 5);
            let total = |income| -> i64 {
                let of_kind =
                    entries.iter().filter(|entry| entry.income == income && entry.currency == "EUR");
                of_kind.map(|entry| entry.amount).sum()
            };
            let (earned, spent) = (total(true), total(false));
            assert!(spent < earned && spent > earned / 2, "{spent} of {earned}");
        }
    }

    #[test]
    fn years_are_whole() {
        assert_eq!(beginning(date("2026-11-23"), 3), date("2023-11-24"));
        assert_eq!(beginning(date("2024-02-29"), 1), date("2023-03-01"));
    }
}
