"""The rules of the procedures that this program keeps, as short as a person can read them beside a refusal."""

from models.msgid import Msgid, gettext_noop

RULES: dict[str, Msgid] = {
    "INT-1": gettext_noop(
        "Who takes a matter answers for it until it is closed: every open matter has exactly one desk owner, "
        "and one handler once it is given to somebody."
    ),
    "INT-2": gettext_noop(
        "Whatever is heard reaches the desk's register the same day; the record keeps when it was heard and "
        "when it was written down."
    ),
    "INT-3": gettext_noop(
        "Who calls, phone, unit or place, what happened and what the person wants are written down and read back."
    ),
    "INT-4": gettext_noop(
        "Neighbour disputes are taken without room number or name where the person prefers so, and nobody's "
        "identity is checked."
    ),
    "INT-5": gettext_noop(
        "Who gets no answer now is promised a time; an answer to an enquiry at most half an hour ahead. The "
        "promise is kept as a limit."
    ),
    "INT-6": gettext_noop(
        "The same matter twice is one matter: the open one is offered, and the words of the repeat are kept "
        "there and counted."
    ),
    "INT-7": gettext_noop(
        "Serious matters go to the manager and the department at once, ordinary ones within two days, minor "
        "ones are collected weekly."
    ),
    "INT-8": gettext_noop(
        "The kind of a matter decides its way and its limits: repair, household service, complaint, "
        "suggestion, enquiry, query, emergency."
    ),
    "INT-9": gettext_noop(
        "A department or a colleague may report a job too; it needs no resident and no follow-up with one."
    ),
    "INT-10": gettext_noop("The ways of complaining are published, and a post takes complaints around the clock."),
    "INT-13": gettext_noop("Taking a complaint ends with an apology or thanks."),
    "INT-14": gettext_noop(
        "Nothing stands still unseen: every open thing has one person who answers for it and one next date."
    ),
    "DSP-1": gettext_noop(
        "Emergencies are dispatched at once, before the papers are complete; what is missing follows."
    ),
    "DSP-2": gettext_noop(
        "For repair and household service it is first made sure that somebody can come; then the visit is "
        "agreed with the resident."
    ),
    "DSP-3": gettext_noop("A complaint goes to a customer-service person, and the head is told in the same step."),
    "DSP-4": gettext_noop("The responsible department picks the slip up within 15 minutes and signs for it."),
    "DSP-5": gettext_noop(
        "Somebody is on site within 20 minutes, or inside the window of the agreed visit; for emergencies "
        "always within 20 minutes."
    ),
    "DSP-6": gettext_noop("One hour later the desk asks about every simple job that is not yet done."),
    "DSP-7": gettext_noop(
        "A job that is not done the same day is told to the desk and to the resident, and both are written down."
    ),
    "DSP-8": gettext_noop("Where nobody is home a note is left with the desk's number, and a new visit is agreed."),
    "DSP-9": gettext_noop(
        "What is beyond the means at hand is reported to the heads; where an authority is needed, in writing "
        "and followed."
    ),
    "DSP-10": gettext_noop("For a major matter the supervisor names one person who follows it."),
    "DSP-11": gettext_noop(
        "The desk dispatches to the team, the team's lead assigns the person; both in one step where the "
        "person is sure."
    ),
    "DSP-12": gettext_noop(
        "Every question about progress is written down with time, person and answer, until the matter is done."
    ),
    "JOB-1": gettext_noop(
        "A job goes from received to dispatched, accepted, in progress, done and closed; waiting and "
        "cancelled stand beside."
    ),
    "JOB-4": gettext_noop(
        "An agreed charge is paid against an invoice before the job is closed; a supervisor may waive it with a reason."
    ),
    "JOB-5": gettext_noop("The resident accepts the work and signs; the slip comes back and the desk signs for it."),
    "JOB-6": gettext_noop(
        "Closing needs the result, times in order, acceptance or the reason for none, the charge settled, the "
        "slip back, and the follow-up done where it is owed."
    ),
    "JOB-7": gettext_noop("On arrival the job is inspected and quoted, and both are written down."),
    "JOB-8": gettext_noop("The checklist for work at a resident's door is printed on the slip."),
    "JOB-9": gettext_noop("A job may go to an outside party; the desk goes on following it, and its limits run on."),
    "CMP-1": gettext_noop("A complaint has one of eight categories, each with its bounds."),
    "CMP-2": gettext_noop(
        "A complaint is valid, a failing of ours, or communicative; a valid one never becomes communicative."
    ),
    "CMP-3": gettext_noop(
        "A serious complaint, or one that takes more than a working day, has a formal record: cause, "
        "measures, due date, what the customer was told."
    ),
    "CMP-4": gettext_noop(
        "A complaint goes from registered through investigation, proposal and agreement to carried out, "
        "followed up and archived."
    ),
    "CMP-5": gettext_noop(
        "A group complaint or one that is our failing is met by the department's head at once; a serious one "
        "goes up to the manager."
    ),
    "CMP-6": gettext_noop(
        "A returned complaint slip is complete, the matter is finished, and the responsible head has signed."
    ),
    "CMP-7": gettext_noop(
        "Nobody promises beyond the own authority; compensation is decided by the manager, with who bears it and why."
    ),
    "CMP-8": gettext_noop("An archived complaint is only read; going on makes a new one that is linked to it."),
    "CMP-9": gettext_noop("Every complaint has at once its follow-up record and its line in the ledger."),
    "CMP-10": gettext_noop("While a complaint is open, the resident hears of its progress at set intervals."),
    "CMP-11": gettext_noop("There is one agreed answer to a matter, written by the head, that every desk gives."),
    "CMP-12": gettext_noop("“Not our responsibility” names its ground and when it was told plainly."),
    "CMP-13": gettext_noop(
        "A serious complaint is not archived without its review: date, people, measures, person in charge."
    ),
    "FUP-1": gettext_noop(
        "Every finished job and complaint of a resident is followed up within three days by the desk, never "
        "by who did the work, and not in hours of rest."
    ),
    "FUP-2": gettext_noop(
        "The resident is asked for marks for quality, timeliness and attitude; what else is said goes to the team."
    ),
    "FUP-3": gettext_noop(
        "Not satisfied: reopened. Not reached: tried on three different days, then closed by a supervisor."
    ),
    "FUP-4": gettext_noop("Who goes off shift hands the call back over to a named colleague."),
    "FUP-5": gettext_noop("A follow-up has a way, a time that the resident prefers, and a complete record."),
    "FUP-7": gettext_noop("A new wish becomes a matter of its own, linked to the first."),
    "AUD-1": gettext_noop("Each day the desk takes stock of everything that is not closed and follows it until it is."),
    "AUD-2": gettext_noop(
        "The same day's audit over the same data gives the same result; an old one is read as it was."
    ),
    "AUD-3": gettext_noop("A supervisor signs the audit off, with a note to each overdue finding; then it is final."),
    "AUD-5": gettext_noop(
        "Weeks and months are reported: by category, team, building and butler, with what was on time, how satisfied "
        "people were and what came back."
    ),
    "KEY-1": gettext_noop("Every key has a number, a unit or place, a hook, a seal and an origin."),
    "KEY-2": gettext_noop(
        "A key is in one place only: on its hook, with one borrower, returned to the owner for good, or lost."
    ),
    "KEY-3": gettext_noop(
        "Owners and the developer's sales staff borrow against signature; everybody else, our own staff too, "
        "with a supervisor's approval given before."
    ),
    "KEY-4": gettext_noop(
        "A key is back the same day unless a supervisor set another time; a lost one is told to the owner and "
        "never lent again."
    ),
    "KEY-5": gettext_noop("An owner takes a key back for good against the stamped receipt."),
    "PAS-1": gettext_noop(
        "A visitor's pass has name, organisation, phone, purpose, identity checked, badge, host and the "
        "safety rules told; it is for the day."
    ),
    "PAS-2": gettext_noop("A temporary pass needs an identity document and is valid for a few days only."),
    "PAS-3": gettext_noop(
        "A worker's pass needs permit, papers, deposit and fee, and never lasts longer than the permit."
    ),
    "PAS-7": gettext_noop(
        "A pass is valid only between its dates, not revoked and not handed in; at the gate one learns valid "
        "or not, and why."
    ),
    "PAS-8": gettext_noop("People and vehicles are logged in and out against their pass, and who is inside is seen."),
    "RES-1": gettext_noop(
        "The file of a unit: who lives there as what, from when until when, phones, identity document, "
        "vehicles, fee status."
    ),
    "RES-4": gettext_noop(
        "Residents' files are secret: numbers are masked, and looking at one in full takes a reason and leaves a trace."
    ),
    "RES-5": gettext_noop("Every unit has a butler, to whom what concerns it goes where nobody else is named."),
    "FEE-1": gettext_noop("Each unit has its fee status, which whoever talks to its residents sees."),
    "NOT-2": gettext_noop(
        "People on duty are told of a new job and of what else concerns them, wherever they are; residents who want it "
        "of appointment, progress and result."
    ),
    "SET-1": gettext_noop(
        "Limits, categories, teams and figures are settings that a manager edits; each change is in the event log."
    ),
    "SET-2": gettext_noop("Working days follow the official calendar with the estate's own exceptions."),
}
"""Id -> what it asks for, in the order of the procedures."""

OF_THE_PROGRAM = {
    *("BULK", "DATABASE", "GONE", "IMPORT", "LANGUAGE", "MENTION", "PASSWORD", "ROLE", "STAFF", "STATE", "UNDO"),
    *("VERSION", "VIEW", "WATCH"),
}
"""What only the program calls a rule; a reader is not told its name."""


def is_rule(name: str) -> bool:
    """Whether the procedures or the program have a rule of that id."""
    return name in RULES or name in OF_THE_PROGRAM


def known_rule(rule: str) -> str:
    """*rule* itself. Raises ValueError where there is none of that id."""
    if not is_rule(rule):
        raise ValueError(f"no rule is called {rule!r}")
    return rule
