//! Ids in addresses.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use apistos::ApiComponent;
use apistos::paths::Parameter;
use apistos::reference_or::ReferenceOr;
use finance_domain::{BudgetId, CategoryId, ExpenseId, RecurringId, TagId};

use crate::openapi::path_parameter;
use crate::problem::Problem;

/// The `{id}` of an address. One that is no id is one that nothing has.
pub(crate) struct PathId<I>(pub(crate) I);

/// What an address may name by its id.
pub(crate) trait Named: Sized {
    /// What the id is for, in the document.
    const DESCRIPTION: &str;

    fn parse(text: &str) -> Option<Self>;
}

macro_rules! named {
    ($($id:ident: $description:literal),+ $(,)?) => {
        $(
            impl Named for $id {
                const DESCRIPTION: &str = $description;

                fn parse(text: &str) -> Option<Self> {
                    Self::parse(text)
                }
            }
        )+
    };
}

named!(
    ExpenseId: "The id of the expense.",
    CategoryId: "The id of the category.",
    TagId: "The id of the tag.",
    BudgetId: "The id of the budget.",
    RecurringId: "The id of the recurring expense.",
);

impl<I: Named> FromRequest for PathId<I> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(I::parse);
        ready(id.map(Self).ok_or_else(Problem::not_found))
    }
}

impl<I: Named> ApiComponent for PathId<I> {
    fn child_schemas() -> Vec<(String, ReferenceOr<apistos::Schema>)> {
        Vec::new()
    }

    fn schema() -> Option<(String, ReferenceOr<apistos::Schema>)> {
        None
    }

    fn parameters() -> Vec<Parameter> {
        vec![path_parameter("id", I::DESCRIPTION)]
    }
}
