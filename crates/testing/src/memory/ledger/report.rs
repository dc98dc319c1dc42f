use std::cmp::Reverse;
use std::collections::HashMap;

use finance_domain::CategoryId;
use finance_domain::expense::ExpenseKind;
use finance_domain::report::{Label, LargestExpense, ReportData, ReportQuery, Split, Tally};

use super::{Ledger, Row};

impl Ledger {
    pub(in crate::memory) fn report(&self, query: &ReportQuery) -> ReportData {
        let rows = || self.rows.iter().filter(|(_, row)| row.deleted_at.is_none());
        let mut tally = Tally::new(&query.figures);
        for (_, Row { content, category, tags, .. }) in rows() {
            let amount = (content.money.currency(), content.kind, content.money.minor());
            for (at, figures) in query.figures.iter().enumerate() {
                let parts = match figures.split {
                    Split::None => vec![None],
                    Split::Category => vec![category.map(CategoryId::uuid)],
                    Split::Tag if tags.is_empty() => vec![None],
                    Split::Tag => tags.iter().map(|id| Some(id.uuid())).collect(),
                };
                for part in parts {
                    tally.add(at, content.date, part, amount);
                }
            }
        }
        let mut largest: Vec<LargestExpense> = rows()
            .filter(|(_, row)| query.largest.is_some_and(|range| range.contains(row.content.date)))
            .filter(|(_, row)| row.content.kind == ExpenseKind::Expense)
            .map(|(id, row)| LargestExpense {
                id: *id,
                title: row.content.title.clone(),
                money: row.content.money,
                date: row.content.date,
                category: row.category,
            })
            .collect();
        largest.sort_by_key(|expense| Reverse((expense.money.minor(), expense.date, expense.id)));
        let mut named = HashMap::new();
        largest.retain(|expense| {
            let count = named.entry(expense.money.currency()).or_insert(0);
            *count += 1;
            *count <= LargestExpense::MOST
        });
        let categories = self.names.categories.values().map(|category| Label {
            id: category.id.uuid(),
            name: category.content.name.to_string(),
            parent: category.content.parent,
        });
        let tags = self.names.tags.iter();
        let tags = tags.map(|(id, tag)| Label { id: id.uuid(), name: tag.name.to_string(), parent: None });
        ReportData {
            figures: tally.finish(),
            largest,
            categories: categories.filter(|_| query.splits(Split::Category)).collect(),
            tags: tags.filter(|_| query.splits(Split::Tag)).collect(),
        }
    }
}
