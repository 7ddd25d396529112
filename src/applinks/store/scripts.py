"""The table from each question about scripts to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection

from applinks.questions import Question
from applinks.scripts import (
    AddLines,
    BeginRun,
    CallsOf,
    CancelRun,
    ClaimRun,
    DeliveriesOf,
    DropOldMessages,
    DropOldRuns,
    DueDeliveries,
    DueRuns,
    EndRun,
    EventOf,
    Events,
    EventsReceived,
    ExpireRuns,
    ForgetCall,
    GiveUpRun,
    HookSettings,
    HooksLately,
    JobTimes,
    KeepEvent,
    KeepHolding,
    KeepMessages,
    LinesOf,
    MarkRead,
    MessagesOf,
    NoteAnswered,
    NoteDelivery,
    NoteJobTime,
    NoteSent,
    ParkRun,
    QueueRuns,
    RecentRuns,
    RetryRun,
    RunCounts,
    RunOf,
    Runs,
    SetHook,
    SettleCall,
    SettleMessages,
    SortEvent,
    SourceOf,
    TakeDelivery,
    UnreadCount,
    WakeRuns,
)
from applinks.store import deliveries, events, history, jobs, lately, messages, runs
from applinks.store.deliveries import DeliveriesKept
from applinks.store.events import Sorting
from applinks.store.hook_settings import SettingsOfHooks
from applinks.store.journal import Journal
from applinks.store.messages import MessagesKept
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
    kept, journal, settings = RunsKept(clock), Journal(sealing, clock), SettingsOfHooks(clock)
    told, sent = MessagesKept(clock), DeliveriesKept(clock)
    read: Answers = {
        EventsReceived: events.received,
        EventOf: events.find,
        Events: events.listed,
        DueRuns: kept.due,
        RunOf: runs.find,
        Runs: runs.listed,
        RunCounts: history.counted,
        HooksLately: lately.of_hooks,
        RecentRuns: runs.recent,
        LinesOf: runs.lines_of,
        HookSettings: settings.all,
        JobTimes: jobs.times,
        SourceOf: SourcesKept(sealing).find,
        CallsOf: journal.calls,
        MessagesOf: messages.listed,
        UnreadCount: messages.unread_count,
        DueDeliveries: sent.due,
        DeliveriesOf: deliveries.of_message,
    }
    written: Answers = {
        KeepEvent: events.keep,
        SortEvent: Sorting(clock).sort,
        QueueRuns: kept.queue,
        ClaimRun: kept.claim,
        BeginRun: kept.begin,
        KeepHolding: kept.keep_holding,
        EndRun: kept.end,
        GiveUpRun: kept.give_up,
        ParkRun: kept.park,
        WakeRuns: kept.wake,
        ExpireRuns: kept.expire,
        RetryRun: kept.retry,
        CancelRun: kept.cancel,
        AddLines: kept.add_lines,
        DropOldRuns: kept.drop_old,
        NoteSent: journal.sent,
        NoteAnswered: journal.answered,
        ForgetCall: journal.forget,
        SetHook: settings.keep,
        NoteJobTime: jobs.note,
        SettleCall: journal.settle,
        KeepMessages: told.keep,
        MarkRead: told.mark_read,
        SettleMessages: told.settle,
        DropOldMessages: told.drop_old,
        TakeDelivery: sent.take,
        NoteDelivery: sent.note,
    }
    return Scripted(read, written)
