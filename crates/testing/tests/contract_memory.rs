//! The storage contract in memory: the fakes are as good as the engines.

use finance_testing::contract::Storage;
use finance_testing::memory::InMemoryStorage;

async fn fresh_storage() -> Storage {
    let memory = InMemoryStorage::new();
    Storage::new(
        memory.users(),
        memory.categories(),
        memory.tags(),
        memory.expenses(),
        memory.reports(),
        memory.budgets(),
        memory.budgets(),
        memory.health(),
    )
}

finance_testing::contract_tests!(fresh_storage);
