//! The order of a list that is sorted by one of its columns.

use app::model::{Sort, SortColumn};

/// What stands behind `ORDER BY`: by the column whose word is bound to `$word`, in the direction that is bound to `$sign`. Its
/// number, if it is one, is `$number`, with that sign already. Names and ids make every order one of its own.
macro_rules! in_order {
    ($number:literal, $name:literal, $id:literal; $word:literal, $sign:literal) => {
        concat!(
            $number,
            ", CASE WHEN CAST(",
            $word,
            " AS TEXT) = 'name' AND CAST(",
            $sign,
            " AS BIGINT) < 0 THEN ",
            $name,
            " END DESC, ",
            $name,
            ", ",
            $id
        )
    };
}
pub(super) use in_order;

/// The word of the column, empty for the order that a list has by itself, and 1, or -1 from the last.
pub(super) fn order<C: SortColumn>(sort: Option<Sort<C>>) -> (&'static str, i64) {
    let descending = sort.is_some_and(|sort| sort.descending);
    (sort.map_or("", |sort| sort.column.word()), if descending { -1 } else { 1 })
}
