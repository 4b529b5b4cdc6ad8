"""Who may do what, written down a second time: the policy is compared with it, pages and verbs are tried against it.

C clerk, T technician, L team lead, S supervisor, M manager, A auditor, D administrator, G gate guard.
Technicians and leads may it to what is theirs only: jobs given to them, jobs and complaints of their team. The last
column is the rule of the procedures that says so; † where the choice is ours. A line may name several verbs.
"""

from models.roles import Role
from tests.registers import tried

ROLES = dict(
    zip(
        "CTLSMADG",
        (
            *(Role.CLERK, Role.TECHNICIAN, Role.LEAD, Role.SUPERVISOR),
            *(Role.MANAGER, Role.AUDITOR, Role.ADMIN, Role.GUARD),
        ),
        strict=True,
    )
)

TABLE = """
tickets         read                    C T L S M A . .  RES-4†
tickets         export                  C . . S M A . .  AUD-6
tickets         register                C . . S M . . .  INT-2
tickets         change_kind             C . . S M . . .  INT-8
tickets         take_as_complaint       C . . S M . . .  INT-8
tickets         take_back               C . . S M . . .  INT-8
tickets         report_again            C . . S M . . .  INT-6
tickets         amend                   C . . S M . . .  INT-3
tickets         dispatch                C . . S M . . .  DSP-11
tickets         assign                  C . L S M . . .  DSP-11
tickets         reassign                . . L S M . . .  DSP-11
tickets         change_owner            . . . S M . . .  INT-1
tickets         lower_severity          . . . S M . . .  INT-7
tickets         promise                 C . . S M . . .  INT-5
tickets         allow_later             . . . S M . . .  INT-14
tickets         name_follower           . . . S M . . .  DSP-10
tickets         accept                  C T L S M . . .  DSP-4
tickets         start                   C T L S M . . .  DSP-5
tickets         wait                    C T L S M . . .  JOB-1
tickets         resume                  C T L S M . . .  JOB-1
tickets         finish                  C T L S M . . .  JOB-6
tickets         answer                  C . . S M . . .  INT-8
tickets         ask_done                C . . S M . . .  DSP-6
tickets         take_slip_back          C . . S M . . .  JOB-5
tickets         undo                    C T L S M . . .  †
tickets         charge                  C T L S M . . .  JOB-4
tickets         settle                  C T L S M . . .  JOB-4
tickets         waive                   . . . S M . . .  JOB-4†
tickets         close                   C . . S M . . .  JOB-6
tickets         reopen                  C . . S M . . .  FUP-3
tickets         cancel                  C . . S M . . .  JOB-1
tickets         merge                   C . . S M . . .  INT-6
tickets         decide                  . . L S M . . .  DSP-9
tickets         submit                  C . L S M . . .  DSP-9
tickets         note_answer             C . L S M . . .  DSP-9
tickets         give_outside            C . L S M . . .  JOB-9
tickets         outside_done            C . L S M . . .  JOB-9
tickets         take_back_outside       C . L S M . . .  JOB-9
tickets         attach                  C . . S M . . .  INT-6
tickets         detach                  C . . S M . . .  INT-6
tickets         tell_all                C T L S M . . .  INT-6
tickets         register_again          C . . S M . . .  FUP-7
tickets         escalate                C . L S M . . .  DSP-9
tickets         comment                 C T L S M . . .  DSP-12
tickets         watch                   C T L S M . . .  †
tickets         stop_watching           C T L S M . . .  †
tickets         correct                 . . . S M . . .  †
tickets         delete                  . . . . M . . .  †
tickets         print_slip              C T L S M A . .  JOB-8
tickets         take_over               . . . . M . . .  †
tickets         import                  . . . . M . . .  INT-6†
tickets         read_phone              C T . S M . . .  RES-4

complaints      read                    C . L S M A . .  RES-4†
complaints      export                  C . . S M A . .  CMP-9
complaints      register                C . . S M . . .  INT-2
complaints      report_again            C . . S M . . .  INT-6
complaints      amend                   C . . S M . . .  INT-3
complaints      assign                  C . . S M . . .  DSP-3
complaints      reassign                . . . S M . . .  DSP-3
complaints      change_owner            . . . S M . . .  INT-1
complaints      lower_severity          . . . S M . . .  INT-7
complaints      promise                 C . . S M . . .  INT-5
complaints      allow_later             . . . S M . . .  INT-14
complaints      name_follower           . . . S M . . .  DSP-10
complaints      classify                C . . S M . . .  CMP-2
complaints      investigate             C . L S M . . .  CMP-4
complaints      propose                 C . L S M . . .  CMP-4
complaints      negotiate               C . L S M . . .  CMP-4
complaints      agree                   C . L S M . . .  CMP-4
complaints      carry_out               C . L S M . . .  CMP-4
complaints      sign_slip               . . L S M . . .  CMP-6
complaints      take_slip_back          C . . S M . . .  CMP-6
complaints      write_formal_record     C . L S M . . .  CMP-3
complaints      write_answer            . . L S M . . .  CMP-11
complaints      decline_responsibility  . . L S M . . .  CMP-12
complaints      decide_compensation     . . . . M . . .  CMP-7†
complaints      write_review            . . L S M . . .  CMP-13
complaints      mark_followed_up        C . . S M . . .  CMP-4
complaints      put_right               C . . S M . . .  FUP-3
complaints      archive                 C . . S M . . .  CMP-8
complaints      cancel                  C . . S M . . .  †
complaints      merge                   C . . S M . . .  INT-6
complaints      escalate                C . L S M . . .  DSP-9
complaints      comment                 C . L S M . . .  CMP-4
complaints      watch                   C . L S M . . .  †
complaints      stop_watching           C . L S M . . .  †
complaints      reopen_as_new           C . . S M . . .  CMP-8
complaints      take_as_ticket          C . . S M . . .  INT-8
complaints      take_back               C . . S M . . .  INT-8
complaints      correct                 . . . S M . . .  †
complaints      delete                  . . . . M . . .  †
complaints      take_over               . . . . M . . .  †
complaints      import                  . . . . M . . .  INT-6†
complaints      read_phone              C . . S M . . .  RES-4

follow_ups      read                    C . . S M A . .  FUP-1
follow_ups      export                  C . . S M A . .  AUD-6
follow_ups      schedule                C . . S M . . .  FUP-1
follow_ups      reassign                C . . S M . . .  FUP-4
follow_ups      record_attempt          C . . S M . . .  FUP-2
follow_ups      cancel                  C . . S M . . .  †
follow_ups      close_not_reached       . . . S M . . .  FUP-3†

residents       read                    C . . S M A . .  RES-4
residents       export                  C . . S M A . .  RES-4
residents       register                C . . S M . . .  RES-1
residents       amend                   C . . S M . . .  RES-1
residents       unite                   . . . S M . . .  RES-1†
residents       undo                    . . . S M . . .  †
residents       delete                  . . . . M . . .  †
residents       import                  . . . . M . . .  RES-1
residents       read_phone              C . . S M . . .  RES-4

resident_contacts  read                 C . . S M A . .  RES-4
resident_ways   read                    C . . S M A . .  RES-4
resident_ways   choose delete           C . . S M . . .  NOT-2
resident_contacts  register             C . . S M . . .  RES-1
resident_contacts  amend                C . . S M . . .  RES-1
resident_contacts  delete               C . . S M . . .  RES-1
resident_contacts  read_phone           C . . S M . . .  RES-4

occupancies     read                    C . . S M A . .  RES-4
occupancies     export                  C . . S M A . .  RES-4
occupancies     register                C . . S M . . .  RES-1
occupancies     end                     C . . S M . . .  RES-1
occupancies     delete                  . . . . M . . .  †

keys            read                    C . . S M A . .  KEY-1
keys            export                  C . . S M A . .  AUD-6
keys            register                C . . S M . . .  KEY-1
keys            amend                   C . . S M . . .  KEY-1
keys            lend                    C . . S M . . .  KEY-3
keys            report_lost             C . . S M . . .  KEY-4
keys            tell_owner              C . . S M . . .  KEY-4
keys            hand_back               C . . S M . . .  KEY-2
keys            delete                  . . . . M . . .  †

key_approvals   read                    C . . S M A . .  KEY-3
key_approvals   export                  C . . S M A . .  KEY-3
key_approvals   request                 C . . S M . . .  KEY-3
key_approvals   approve                 . . . S M . . .  KEY-3
key_approvals   refuse                  . . . S M . . .  KEY-3
key_approvals   withdraw                C . . S M . . .  KEY-3†
key_approvals   lend                    C . . S M . . .  KEY-3
key_approvals   take_over               . . . . M . . .  KEY-3†
key_approvals   delete                  . . . . M . . .  †

key_loans       read                    C . . S M A . .  KEY-3
key_loans       export                  C . . S M A . .  AUD-6
key_loans       lend                    C . . S M . . .  KEY-3
key_loans       return                  C . . S M . . .  KEY-4
key_loans       undo                    C . . S M . . .  †
key_loans       report_lost             C . . S M . . .  KEY-4
key_loans       extend                  . . . S M . . .  KEY-4†
key_loans       correct                 . . . S M . . .  †
key_loans       amend                   C . . S M . . .  †
key_loans       take_over               . . . . M . . .  KEY-2†
key_loans       import                  . . . . M . . .  KEY-2†
key_loans       delete                  . . . . M . . .  †
key_loans       read_phone              C . . S M . . .  RES-4

audit_runs      read                    C . . S M A . .  AUD-2
audit_runs      export                  C . . S M A . .  AUD-3
audit_runs      run                     C . . S M . . .  AUD-1
audit_runs      note                    C . . S M . . .  AUD-3
audit_runs      sign_off                . . . S M . . .  AUD-3†
audit_runs      print                   C . . S M A . .  AUD-3

audit_lines     note                    C . . S M . . .  AUD-3

audit_findings  read                    C . . S M A . .  AUD-2

events          read                    . . . . M A D .  RES-4†
events          export                  . . . . M A . .  †

estates         read                    C . . S M A D .  †
estates         export                  C . . S M A D .  †
estates         register                . . . . . . D .  †
estates         amend                   . . . . M . D .  †
estates         run_audit               C . . S M . . .  AUD-1
estates         delete                  . . . . . . D .  †

units           read                    C . . S M A . .  RES-1
units           export                  C . . S M A . .  AUD-6
units           import                  . . . . M . . .  RES-1
units           register                . . . . M . . .  RES-1
units           amend                   C . . S M . . .  RES-5
units           delete                  . . . . M . . .  †

staff           read                    C . . S M A D .  †
staff           export                  C . . S M A D .  †
staff           register                . . . . M . D .  †
staff           amend                   . . . . M . D .  †
staff           disable                 . . . . M . D .  †
staff           enable                  . . . . M . D .  †
staff           reset_password          . . . . . . D .  †
staff           approve_reset           . . . . . . D .  †
staff           grant_role              . . . . . . D .  †
staff           end_role                . . . . . . D .  †

staff_contacts  read                    C . . S M A D .  RES-4†
staff_contacts  register                . . . . M . D .  †
staff_contacts  amend                   . . . . M . D .  †
staff_contacts  delete                  . . . . M . D .  †
staff_contacts  read_phone              C . . S M . D .  RES-4†

teams           read                    C . L S M A D .  †
teams           export                  C . . S M A D .  †
teams           register                . . . . M . . .  SET-1
teams           amend                   . . . . M . . .  SET-1
teams           delete                  . . . . M . . .  SET-1

clocks          read                    C . . S M A . .  SET-1
clocks          export                  C . . S M A . .  SET-1
clocks          amend                   . . . . M . . .  SET-1
clocks          register                . . . . M . . .  SET-1
clocks          recount                 . . . . M . . .  SET-1

settings        read                    C . . S M A . .  SET-1
settings        export                  C . . S M A . .  SET-1
settings        amend                   . . . . M . . .  SET-1

message_texts   read export             . . . . M A . .  NOT-2
message_texts   amend reset             . . . . M . . .  NOT-2

categories      read                    C . . S M A . .  CMP-1
categories      export                  C . . S M A . .  SET-1
categories      register                . . . . M . . .  SET-1
categories      amend                   . . . . M . . .  SET-1
categories      delete                  . . . . M . . .  SET-1

calendar_days   read                    C . . S M A . .  SET-2
calendar_days   export                  C . . S M A . .  SET-2
calendar_days   register                . . . . M . . .  SET-2
calendar_days   amend                   . . . . M . . .  SET-2
calendar_days   delete                  . . . . M . . .  SET-2

working_hours   read                    C . . S M A . .  SET-2
working_hours   export                  C . . S M A . .  SET-2
working_hours   register                . . . . M . . .  SET-2
working_hours   amend                   . . . . M . . .  SET-2
working_hours   delete                  . . . . M . . .  SET-2

bulk_runs       read                    C T L S M . . .  †
bulk_runs       run                     C T L S M . . .  †

import_runs     read                    . . . . M . . .  †
import_runs     run                     . . . . M . . .  †

saved_views     read                    C T L S M A D G  †
saved_views     save                    C T L S M A D G  †
saved_views     rename                  C T L S M A D G  †
saved_views     delete                  C T L S M A D G  †
saved_views     share                   . . L S M . . .  †

column_choices  choose                  C T L S M A D G  †

told            read                    C T L S M A D G  †
told            mark_seen               C T L S M A D G  †

ways_out        read                    C T L S M A D G  NOT-2
ways_out        choose                  C T L S M A D G  NOT-2
ways_out        drop                    C T L S M A D G  NOT-2

outbox          read                    . . . . M A . .  NOT-2†
outbox          send_again              . . . . M . . .  NOT-2†
outbox          let_go                  . . . . M . . .  NOT-2†

rules           read                    C T L S M A D G  †

reports         read                    . . . . M A . .  AUD-5
reports         export                  . . . . M A . .  AUD-5

gate            read                    C . . S M . . G  PAS-8
desk            read                    C T L S M A D G  †
desk            read_counts             C T L S M A . .  †

account         read                    C T L S M A D G  †
account         change_password         C T L S M A D G  †
account         switch_estate           C T L S M A D G  †
"""
TABLE += "".join(each.grants for each in tried())


def read(table: str) -> dict[tuple[str, str], frozenset[Role]]:
    """Register and verb -> who may."""
    found: dict[tuple[str, str], frozenset[Role]] = {}
    for line in filter(None, table.splitlines()):
        register, *verbs = line.split()[: -len(ROLES) - 1]
        letters = line.split()[-len(ROLES) - 1 : -1]
        assert verbs, line
        assert all(said in (".", letter) for said, letter in zip(letters, ROLES, strict=True)), line
        for verb in verbs:
            assert (register, verb) not in found, line
            found[register, verb] = frozenset(ROLES[letter] for letter in letters if letter != ".")
    return found


GRANTS = read(TABLE)
"""Register and verb -> the roles that may."""
