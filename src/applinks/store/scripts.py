"""The table from each question about scripts to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection

from applinks.questions import Question
from applinks.scripts import (
    AddLines,
    BeginRun,
    CallsOf,
    CancelRun,
    ChangeSource,
    ClaimRun,
    ClaimUntold,
    DeliveriesOf,
    DropOldMessages,
    DropOldRuns,
    DueDeliveries,
    DueRuns,
    EndRun,
    EventOf,
    Events,
    EventsReceived,
    ExpireRun,
    ForgetCall,
    ForgetUntold,
    GiveUpRun,
    HookSettings,
    HooksLately,
    JobTimes,
    KeepEvent,
    KeepHolding,
    KeepMessages,
    KeepPasted,
    KeepSource,
    LinesOf,
    MarkRead,
    MessagesOf,
    NoteAnswered,
    NoteDelivery,
    NoteJobTime,
    NoteProgress,
    NoteSent,
    OverdueRuns,
    ParkRun,
    PastedRevisions,
    PastedScripts,
    PostponeEvent,
    PostponeUntold,
    QueueRuns,
    RecentRuns,
    RemovePasted,
    RemoveSource,
    RetryRun,
    RunCounts,
    RunOf,
    Runs,
    SetHook,
    SettleCall,
    SettleMessages,
    SortEvent,
    SourceOf,
    Sources,
    TakeAnswerOut,
    TakeDelivery,
    UnreadCount,
    WakeRuns,
)
from applinks.store import deliveries, events, history, jobs, lately, messages, outbox, runs
from applinks.store.deliveries import DeliveriesKept
from applinks.store.events import Sorting
from applinks.store.hook_settings import SettingsOfHooks
from applinks.store.journal import Journal
from applinks.store.messages import MessagesKept
from applinks.store.outbox import Outbox
from applinks.store.pasted import PastedKept
from applinks.store.run_rows import RunRows
from applinks.store.runs import RunsKept
from applinks.store.sealing import Sealing
from applinks.store.sources import SourcesKept

Answers = dict[type[Question], Callable[[Connection, Any], Any]]


class Scripted(NamedTuple):
    """Those that only read, and those that write."""

    read: Answers
    written: Answers


def answers(sealing: Sealing, clock: Callable[[], float]) -> Scripted:
    """All of them, over the same keys and the same clock."""
    rows = RunRows(sealing)
    kept, journal, settings = RunsKept(rows, clock), Journal(sealing, clock), SettingsOfHooks(sealing, clock)
    told, sent, pasted = MessagesKept(clock), DeliveriesKept(clock), PastedKept(clock)
    read: Answers = {
        DueRuns: kept.due,
        OverdueRuns: kept.overdue,
        RunOf: kept.find,
        Runs: kept.listed,
        RunCounts: history.counted,
        HooksLately: partial(lately.of_hooks, rows),
        RecentRuns: runs.recent,
        LinesOf: runs.lines_of,
        HookSettings: settings.all,
        JobTimes: jobs.times,
        PastedScripts: pasted.all,
        PastedRevisions: pasted.revisions,
        CallsOf: journal.calls,
        MessagesOf: messages.listed,
        UnreadCount: messages.unread_count,
        DueDeliveries: sent.due,
        DeliveriesOf: deliveries.of_message,
    }
    written: Answers = {
        QueueRuns: kept.queue,
        ClaimRun: kept.claim,
        BeginRun: kept.begin,
        KeepHolding: kept.keep_holding,
        EndRun: kept.end,
        GiveUpRun: kept.give_up,
        ParkRun: kept.park,
        WakeRuns: kept.wake,
        ExpireRun: kept.expire,
        RetryRun: kept.retry,
        CancelRun: kept.cancel,
        AddLines: kept.add_lines,
        NoteProgress: kept.note_progress,
        DropOldRuns: kept.drop_old,
        NoteSent: journal.sent,
        NoteAnswered: journal.answered,
        ForgetCall: journal.forget,
        SetHook: settings.keep,
        KeepPasted: pasted.keep,
        RemovePasted: pasted.remove,
        NoteJobTime: jobs.note,
        SettleCall: journal.settle,
        TakeAnswerOut: journal.take_answer_out,
        KeepMessages: told.keep,
        MarkRead: told.mark_read,
        SettleMessages: told.settle,
        DropOldMessages: told.drop_old,
        TakeDelivery: sent.take,
        NoteDelivery: sent.note,
    }
    taken = _of_events(rows, sealing, clock)
    return Scripted(read | taken.read, written | taken.written)


def _of_events(rows: RunRows, sealing: Sealing, clock: Callable[[], float]) -> Scripted:
    """Events as they come in, wait and are told on; and the webhooks from which they come."""
    sources, sorting = SourcesKept(sealing), Sorting(rows, clock)
    read: Answers = {
        EventsReceived: sorting.received,
        EventOf: events.find,
        Events: events.listed,
        SourceOf: sources.find,
        Sources: sources.all,
    }
    written: Answers = {
        KeepEvent: events.keep,
        SortEvent: sorting.sort,
        PostponeEvent: sorting.postpone,
        ClaimUntold: Outbox(clock).claim,
        ForgetUntold: outbox.forget,
        PostponeUntold: outbox.postpone,
        KeepSource: sources.keep,
        ChangeSource: sources.change,
        RemoveSource: sources.remove,
    }
    return Scripted(read, written)
