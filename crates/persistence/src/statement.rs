//! Statements that diesel's query builder has no words for. Unlike `sql_query` they are prepared once and cached.

/// Makes a statement of a type with a `QueryId`, by the SQL that it writes: the same text for each engine named.
macro_rules! statement {
    ($type:ty: $sql_type:ty, on $($backend:ty),+; |$self:ident, $out:ident| $body:block) => {
        $(
            impl diesel::query_builder::QueryFragment<$backend> for $type {
                fn walk_ast<'b>(
                    &'b $self,
                    mut $out: diesel::query_builder::AstPass<'_, 'b, $backend>,
                ) -> diesel::QueryResult<()> {
                    $body
                    Ok(())
                }
            }
        )+

        impl diesel::query_builder::Query for $type {
            type SqlType = $sql_type;
        }

        impl<C> diesel::RunQueryDsl<C> for $type {}
        impl<C> diesel::RunQueryDsl<C> for &$type {}
    };
}

/// For a statement whose text varies: the text is what its prepared form is found by.
macro_rules! cached_by_text {
    ($type:ty) => {
        impl diesel::query_builder::QueryId for $type {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}

/// How an engine is asked to compare texts byte by byte, whatever the collation of the database.
pub(crate) trait Bytewise {
    /// What stands behind the text.
    fn bytewise(&self) -> &'static str;
}

impl Bytewise for diesel::sqlite::Sqlite {
    fn bytewise(&self) -> &'static str {
        ""
    }
}

impl Bytewise for diesel::pg::Pg {
    fn bytewise(&self) -> &'static str {
        " COLLATE \"C\""
    }
}

pub(crate) use {cached_by_text, statement};
