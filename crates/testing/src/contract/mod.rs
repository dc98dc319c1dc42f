//! What every storage engine must do, one clause a test. [`contract_tests!`](crate::contract_tests) runs all of it
//! on an engine.

pub mod alert_history;
pub mod alerts;
pub mod amounts_and_texts;
pub mod budgets;
pub mod categories;
pub mod categories_and_tags;
pub mod category_races;
pub mod category_uses;
pub mod changes;
pub mod concurrency;
pub mod filters;
pub mod leases;
pub mod lists;
pub mod posting;
pub mod properties;
pub mod recurring;
pub mod reports;
pub mod tags;
pub mod tenancy;
pub mod users;
pub mod writes;

mod history;
mod recomputed;
mod support;

use std::any::Any;
use std::sync::Arc;

use finance_domain::budget::{AlertRepository, BudgetRepository};
use finance_domain::category::CategoryRepository;
use finance_domain::expense::ExpenseRepository;
use finance_domain::lease::LeaseRepository;
use finance_domain::ports::StorageHealth;
use finance_domain::recurring::RecurringRepository;
use finance_domain::report::ReportRepository;
use finance_domain::tag::TagRepository;
use finance_domain::user::UserRepository;

use crate::memory::InMemoryStorage;

/// An engine under test: an empty database behind the storage ports. Clones share it.
#[derive(Clone)]
pub struct Storage {
    /// Its users.
    pub users: Arc<dyn UserRepository>,
    /// Its categories.
    pub categories: Arc<dyn CategoryRepository>,
    /// Its tags.
    pub tags: Arc<dyn TagRepository>,
    /// Its expenses.
    pub expenses: Arc<dyn ExpenseRepository>,
    /// The reports on them.
    pub reports: Arc<dyn ReportRepository>,
    /// Its budgets.
    pub budgets: Arc<dyn BudgetRepository>,
    /// Its alerts.
    pub alerts: Arc<dyn AlertRepository>,
    /// Its recurring expenses.
    pub recurring: Arc<dyn RecurringRepository>,
    /// Its leases.
    pub leases: Arc<dyn LeaseRepository>,
    /// Its health.
    pub health: Arc<dyn StorageHealth>,
    /// What is kept until the test is over: see [`Self::keeping`].
    pub guard: Option<Arc<dyn Any + Send + Sync>>,
}

impl From<&InMemoryStorage> for Storage {
    fn from(memory: &InMemoryStorage) -> Self {
        Self {
            users: memory.users(),
            categories: memory.categories(),
            tags: memory.tags(),
            expenses: memory.expenses(),
            reports: memory.reports(),
            budgets: memory.budgets(),
            alerts: memory.budgets(),
            recurring: memory.recurring(),
            leases: memory.leases(),
            health: memory.health(),
            guard: None,
        }
    }
}

impl Storage {
    /// Keeps something, such as a temporary directory, until the test is over.
    #[must_use]
    pub fn keeping(mut self, guard: impl Any + Send + Sync) -> Self {
        self.guard = Some(Arc::new(guard));
        self
    }
}

/// Makes one test of each clause of the contract, for the engine that an `async fn() -> Storage` beside it makes
/// afresh for each of them.
///
/// ```text
/// async fn fresh_storage() -> Storage { ... }
/// finance_testing::contract_tests!(fresh_storage);
/// ```
#[macro_export]
macro_rules! contract_tests {
    ($fresh_storage:ident) => {
        $crate::contract_module!($fresh_storage, users: [
            the_storage_is_healthy,
            a_user_is_found_as_created,
            an_unknown_user_is_not_found,
            every_profile_survives,
            the_longest_name_and_address_survive,
            credentials_are_found_by_any_spelling_of_the_address,
            an_unknown_address_has_no_credentials,
            an_address_is_taken_in_each_of_its_spellings,
            who_is_not_created_leaves_nothing_behind,
            an_update_replaces_the_profile_and_counts_the_version,
            an_update_does_not_write_id_address_and_version,
            an_update_leaves_other_users_alone,
            an_update_needs_a_user_and_an_allowed_version,
        ]);
        $crate::contract_module!($fresh_storage, writes: [
            an_expense_is_found_as_created,
            an_expense_without_an_owner_is_not_created,
            an_id_is_used_once,
            what_does_not_exist_is_not_found,
            replacing_sets_everything,
            replacing_clears_what_is_left_out,
            replacing_counts_versions,
            replacing_needs_an_expense,
            replacing_needs_an_allowed_version,
            a_replaced_expense_is_found_by_its_new_content_only,
            a_deleted_expense_is_gone,
            deleting_needs_an_expense,
            deleting_needs_an_allowed_version,
            deleting_leaves_other_expenses_alone,
            a_write_that_fails_leaves_nothing_behind,
        ]);
        $crate::contract_module!($fresh_storage, amounts_and_texts: [
            the_largest_and_smallest_amounts_survive,
            every_currency_survives,
            every_date_survives,
            instants_survive_in_milliseconds,
            the_longest_texts_survive,
            special_characters_survive,
        ]);
        $crate::contract_module!($fresh_storage, categories_and_tags: [
            a_category_is_made_on_first_use,
            a_category_is_found_without_regard_to_case,
            a_category_is_found_by_its_id,
            an_unknown_category_is_refused,
            a_tag_is_spelled_as_when_first_used,
            tags_stay_in_the_order_given,
            twenty_tags_survive,
            old_and_new_tags_mix,
        ]);
        $crate::contract_module!($fresh_storage, categories: [
            a_category_is_found_as_created,
            a_user_starts_with_categories,
            a_category_made_by_an_expense_is_like_any_other,
            a_category_needs_an_owner,
            a_name_is_taken_in_each_of_its_spellings,
            there_are_two_levels,
            replacing_a_category_sets_everything,
            a_category_is_written_in_an_allowed_version_only,
            a_new_name_is_seen_on_every_expense,
            an_archived_category_takes_expenses,
            categories_are_listed_by_name,
            a_category_in_use_is_not_deleted,
            a_category_of_trash_only_is_deleted,
            a_merge_moves_expenses,
            a_merge_moves_children,
        ]);
        $crate::contract_module!($fresh_storage, category_races: [
            a_name_is_given_once,
            there_are_two_levels_whatever_is_done_at_once,
            one_of_16_changes_of_a_category_wins,
            no_expense_is_lost_to_a_merge,
            no_expense_is_lost_to_a_deletion,
        ]);
        $crate::contract_module!($fresh_storage, category_uses: [
            a_merge_moves_budgets,
            a_merge_moves_recurring_expenses,
            budgets_and_recurring_expenses_keep_a_category,
            no_budget_is_lost_to_the_end_of_a_category,
            no_recurring_expense_is_lost_to_the_end_of_a_category,
        ]);
        $crate::contract_module!($fresh_storage, changes: [
            a_change_follows_a_merged_category,
            a_change_follows_a_tag,
            a_recurring_change_follows_a_merged_category,
            a_recurring_change_follows_a_tag,
            no_name_of_a_recurring_tag_comes_back,
        ]);
        $crate::contract_module!($fresh_storage, filters: [
            dates_are_inclusive,
            by_kind,
            by_currency,
            by_category_name_without_regard_to_case,
            by_category_id,
            by_category_name_and_id_when_both_hold,
            by_tag_without_regard_to_case,
            amounts_are_compared_in_major_units,
            amounts_at_the_edges,
            text_in_title_and_description,
            text_without_regard_to_case_and_accents,
            wildcards_in_text_are_literal,
            all_filters_must_hold,
        ]);
        $crate::contract_module!($fresh_storage, lists: [
            an_empty_list,
            by_date,
            by_amount_in_major_units,
            by_creation,
            ties_are_broken_by_id,
            a_page_knows_whether_others_follow,
            the_largest_page,
            a_walk_meets_each_expense_once,
            a_position_outlives_its_expense,
            a_position_needs_no_expense,
        ]);
        $crate::contract_module!($fresh_storage, tags: [
            tags_are_listed_by_name_with_counts,
            a_new_name_of_a_tag_is_seen_on_every_expense,
            a_tag_is_renamed_within_the_rules,
            a_deleted_tag_is_gone_from_its_expenses,
            an_expense_keeps_tags_that_are_not_named,
            no_name_of_a_tag_comes_back,
            a_name_of_a_tag_is_given_once,
            no_expense_is_lost_to_the_end_of_a_tag,
        ]);
        $crate::contract_module!($fresh_storage, tenancy: [
            expenses_of_others_do_not_exist,
            categories_of_others_do_not_exist,
            names_are_made_per_owner,
            filters_see_own_names_only,
            lists_hold_own_expenses_only,
            two_owners_may_use_one_id,
        ]);
        $crate::contract_module!($fresh_storage, concurrency: [
            one_registration_of_an_address_wins,
            registrations_of_many_addresses_all_win,
            one_of_64_profile_updates_wins,
            one_of_64_replacements_wins,
            replacements_of_any_version_all_win,
            the_tags_of_the_last_replacement_stay,
            one_of_16_deletions_wins,
            a_deletion_or_a_replacement_wins,
            one_creation_of_an_id_wins,
            a_new_category_is_made_once,
            new_tags_are_made_once_in_whatever_order,
            replacements_make_new_names_once,
            owners_make_their_names_side_by_side,
            a_walk_while_others_write_meets_each_lasting_expense_once,
        ]);
        $crate::contract_module!($fresh_storage, budgets: [
            a_budget_is_found_as_created,
            a_budget_needs_an_owner_and_its_categories,
            replacing_a_budget_sets_everything,
            replacing_and_deleting_a_budget_need_an_allowed_version,
            one_of_16_replacements_of_a_budget_wins,
            budgets_are_listed_by_id,
            budgets_of_others_do_not_exist,
            spending_is_what_the_terms_count,
            spending_of_the_largest_amounts_is_exact,
        ]);
        $crate::contract_module!($fresh_storage, alerts: [
            a_threshold_is_recorded_by_the_write_that_crosses_it,
            what_is_recorded_stays_and_is_not_repeated,
            a_backdated_expense_crosses_in_its_period,
            an_edit_a_move_and_the_loss_of_a_refund_cross,
            a_budget_that_is_crossed_when_it_is_written_says_so,
            what_is_carried_crosses_later_periods,
            what_is_carried_crosses_a_period_that_has_come_since,
            an_expense_is_not_blamed_for_what_was_crossed_before,
            a_category_that_moves_under_another_one_crosses,
            each_of_600_budgets_is_crossed,
            a_week_that_begins_elsewhere_is_another_period,
            alerts_are_listed_newest_first,
            alerts_go_with_their_budget,
            a_write_that_fails_records_nothing,
            writers_who_cross_together_record_each_threshold_once,
            new_categories_and_alerts_at_once,
            budgets_and_expenses_written_at_once_miss_nothing,
        ]);
        $crate::contract_module!($fresh_storage, alert_history: [any_history_records_as_in_memory]);
        $crate::contract_module!($fresh_storage, leases: [
            a_lease_has_one_holder,
            a_lease_expires,
            a_lease_from_a_clock_ahead_is_free,
            a_lease_is_given_back,
            leases_have_names,
            one_of_16_gets_a_lease,
        ]);
        $crate::contract_module!($fresh_storage, recurring: [
            a_recurring_expense_is_found_as_created,
            a_recurring_expense_shares_names_with_expenses,
            what_comes_is_told_by_date,
            a_recurring_expense_needs_owner_and_category,
            recurring_expenses_are_listed_by_id,
            replacing_a_recurring_expense_sets_everything,
            a_recurring_expense_keeps_tags_that_are_not_named,
            a_recurring_expense_is_written_in_an_allowed_version_only,
            one_of_16_changes_of_a_recurring_expense_wins,
            a_deleted_recurring_expense_is_gone,
            dates_are_skipped_and_not,
            a_recurring_expense_is_split,
            what_is_due_is_found,
        ]);
        $crate::contract_module!($fresh_storage, posting: [
            a_date_becomes_an_expense,
            a_posted_expense_has_the_tags_of_its_maker,
            a_date_is_posted_once,
            a_posted_expense_crosses_a_threshold,
            what_is_not_posted_leaves_nothing_behind,
            an_expense_outlives_what_made_it,
            one_of_16_posts_a_date,
            sixteen_posters_post_each_date_once,
            a_backlog_delays_nobody,
            a_poster_posts_what_has_come,
        ]);
        $crate::contract_module!($fresh_storage, properties: [
            any_content_survives,
            any_history_lists_as_in_memory,
        ]);
        $crate::contract_module!($fresh_storage, reports: [
            nothing_comes_to_nothing,
            only_what_is_there_counts,
            days_are_grouped,
            sums_are_exact,
            the_largest_of_each_currency,
            labels_are_of_now,
            any_ledger_reports_as_recomputed,
        ]);
    };
}

/// One module of [`contract_tests!`].
#[doc(hidden)]
#[macro_export]
macro_rules! contract_module {
    ($fresh_storage:ident, $module:ident: [$($clause:ident),+ $(,)?]) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $clause() {
                    $crate::contract::$module::$clause(super::$fresh_storage().await).await;
                }
            )+
        }
    };
}

#[cfg(test)]
mod tests {
    /// A clause that no engine runs would go unnoticed.
    #[test]
    fn every_clause_is_run() {
        let suite = include_str!("mod.rs");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/contract");
        for module in suite.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
            let source = std::fs::read_to_string(format!("{folder}/{module}.rs")).expect("the module's file");
            let start = suite.find(&format!(", {module}: [")).expect("the module is in the macro");
            let listed = suite[start..].split(']').next().unwrap();
            for clause in source.split("\npub async fn ").skip(1).map(|rest| rest.split('(').next().unwrap())
            {
                assert!(
                    listed.split([',', '[']).any(|name| name.trim() == clause),
                    "{module}::{clause} is not in contract_tests!"
                );
            }
        }
    }
}
