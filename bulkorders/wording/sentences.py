"""The English texts behind `wording`, by code: the tables of this folder put together."""

from bulkorders.wording.books_texts import BOOKS_ERRORS, BOOKS_NOTES
from bulkorders.wording.cluster_texts import CLUSTER_ERRORS, CLUSTER_NOTES
from bulkorders.wording.column_texts import COLUMN_ERRORS, COLUMN_NOTES, COLUMN_QUESTIONS
from bulkorders.wording.daily_texts import DAILY_ERRORS, DAILY_NOTES
from bulkorders.wording.database_texts import DATABASE_ERRORS, DATABASE_NOTES
from bulkorders.wording.doubt_texts import DOUBT_ERRORS, DOUBT_NOTES
from bulkorders.wording.error_texts import RUN_ERRORS
from bulkorders.wording.export_texts import EXPORT_ERRORS, EXPORT_NOTES
from bulkorders.wording.flow_texts import FLOW_ERRORS, SERVER_NOTES
from bulkorders.wording.guard_texts import GUARD_ERRORS, GUARD_NOTES, GUARD_QUESTIONS
from bulkorders.wording.journal_texts import JOURNAL_ERRORS
from bulkorders.wording.page_texts import PAGE_ERRORS
from bulkorders.wording.problem_texts import FIELD_TITLES
from bulkorders.wording.problem_texts import PROBLEMS as ROW_PROBLEMS
from bulkorders.wording.problem_texts import REPAIRS as ROW_REPAIRS
from bulkorders.wording.reading_texts import READING_ERRORS, READING_NOTES, READING_PROBLEMS, READING_REPAIRS
from bulkorders.wording.request_texts import (
    REQUEST_ERRORS,
    REQUEST_NOTES,
    REQUEST_PROBLEMS,
    REQUEST_QUESTIONS,
    REQUEST_REPAIRS,
)
from bulkorders.wording.run_texts import OUTCOMES, RUN_NOTES
from bulkorders.wording.run_texts import QUESTIONS as RUN_QUESTIONS
from bulkorders.wording.sheet_texts import SHEET_ERRORS
from bulkorders.wording.workbook_texts import WORKBOOK_NOTES

__all__ = ["ERRORS", "FIELD_TITLES", "NOTES", "OUTCOMES", "PROBLEMS", "QUESTIONS", "REPAIRS"]

ERRORS: dict[str, tuple[str, str]] = {
    **BOOKS_ERRORS,
    **CLUSTER_ERRORS,
    **COLUMN_ERRORS,
    **DAILY_ERRORS,
    **DATABASE_ERRORS,
    **DOUBT_ERRORS,
    **RUN_ERRORS,
    **EXPORT_ERRORS,
    **FLOW_ERRORS,
    **GUARD_ERRORS,
    **JOURNAL_ERRORS,
    **PAGE_ERRORS,
    **READING_ERRORS,
    **REQUEST_ERRORS,
    **SHEET_ERRORS,
}
"""By code: what is (where, what was expected, what was found), and what to do next."""

NOTES: dict[str, str] = {
    **RUN_NOTES,
    **BOOKS_NOTES,
    **CLUSTER_NOTES,
    **COLUMN_NOTES,
    **DAILY_NOTES,
    **DATABASE_NOTES,
    **DOUBT_NOTES,
    **EXPORT_NOTES,
    **GUARD_NOTES,
    **READING_NOTES,
    **SERVER_NOTES,
    **REQUEST_NOTES,
    **WORKBOOK_NOTES,
}
"""By code: what is worth knowing and stops nothing."""

QUESTIONS: dict[str, str] = {
    **RUN_QUESTIONS,
    **COLUMN_QUESTIONS,
    **GUARD_QUESTIONS,
    **REQUEST_QUESTIONS,
}
"""By code: what a person is asked."""

PROBLEMS: dict[str, str] = {
    **ROW_PROBLEMS,
    **READING_PROBLEMS,
    **REQUEST_PROBLEMS,
}
"""By code: what is wrong with a row, or worth knowing of it, and how to put it right."""

REPAIRS: dict[str, str] = {
    **ROW_REPAIRS,
    **READING_REPAIRS,
    **REQUEST_REPAIRS,
}
"""By code: the heading above all problems of it, which says how they are put right."""
