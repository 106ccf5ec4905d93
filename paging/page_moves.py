"""How a page comes from one state to the next."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.page import PAGE_MOVES, Page, PageState
from tickets.lifecycle import MoveRefused


def move(session: Session, page: Page, to: PageState, **values: object) -> None:
    """Compare and set, by the table of moves; `values` are set with it. Raises MoveRefused. The page is locked."""
    if to not in PAGE_MOVES[page.state]:
        raise MoveRefused(f"the page of ticket {page.ticket_number} is {page.state}, it cannot become {to}")
    statement = update(Page).where(Page.id == page.id, Page.state == page.state).values(state=to, **values)
    if session.execute(statement.returning(Page.id)).first() is None:
        raise MoveRefused(f"the page of ticket {page.ticket_number} was changed by somebody else just now")
    session.refresh(page)
