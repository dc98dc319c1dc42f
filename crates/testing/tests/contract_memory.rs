//! The storage contract in memory: the fakes are as good as the engines.

use finance_testing::contract::Storage;
use finance_testing::memory::InMemoryStorage;

async fn fresh_storage() -> Storage {
    Storage::from(&InMemoryStorage::new())
}

finance_testing::contract_tests!(fresh_storage);
