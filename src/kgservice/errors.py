"""What can go wrong, named by what happened; doors turn the names into status and exit codes.

The tree:

    KgError                     message id (an English template) and its parameters
    ├── RequestInvalid          the asker can mend it: exit 2, status 4xx
    │   ├── QueryInvalid (QueryTooComplex)  QueryNotFound  TooManyQueries  RequestTimeout
    │   ├── FunctionUnknown  QueryForbidden  ParameterInvalid  NotAcceptable  BodyInvalid
    │   ├── MediaTypeUnsupported  RequestTooLarge  AddressTooLong
    │   ├── UpdateFailed  GraphDerived  GraphNotFound  Unauthenticated  AccessDenied  TokenNotFound
    │   ├── SignInRefused  TooManyAttempts  FormForged  UserNotFound  JobNotFound  UploadNotFound
    │   ├── SettingInvalid  MappingInvalid  SourceInvalid  SourceUnreadable  AuthoredInvalid  BackupInvalid
    │   └── SourceNotFound  DraftNotFound  ReleaseNotFound  ReleaseGone  ThingNotFound  QuestionNotFound
    ├── Refused                 the state forbids it: exit 1, status 409
    │   ├── PublishBlocked  PublishConflict  ConfirmationNeeded  NothingChanged  DraftBusy  PreviewStale  AcceptRefused
    │   └── OntologyUnsound  QueryIdTaken
    └── MachineryFailed         not the asker's fault: exit 3, status 5xx
        ├── QueryTimeout  QueryMemory  EngineCrash  Busy  ResultTooLarge  QueryStopped
        ├── TooManyConnections  ReaderTooSlow  ServiceFailed
        └── StoreUnavailable  StateLocked  StateMismatch  StateBroken  JobKilled
"""

from collections.abc import Mapping
from typing import ClassVar


class KgError(Exception):
    """An error that a person can read: `template.format(**params)` in English, translated at the door.

    `template` is the message id of the gettext catalogue; `params` fill its `{names}`.
    """

    slug: ClassVar[str] = "internal"

    def __init__(self, template: str, **params: object) -> None:
        super().__init__(template)
        self.template = template
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        return self.template.format(**self.params) if self.params else self.template


class RequestInvalid(KgError):
    """Raised when the request itself must be mended by the one who made it."""

    slug = "request-invalid"


class QueryInvalid(RequestInvalid):
    """Raised when a text is not a SPARQL query; knows `line` and `column` (from 1) and a `hint` where there is one.

    `hint_template` is the hint's message id; it shares `params` with the template.
    """

    slug = "query-syntax"

    def __init__(self, template: str, *, line: int = 0, column: int = 0, hint: str = "", **params: object) -> None:
        super().__init__(template, line=line, column=column, **params)
        self.line = line
        self.column = column
        self.hint_template = hint
        self.hint = hint.format(**self.params)


class QueryTooComplex(QueryInvalid):
    """Raised when a query is nested deeper, or repeats an operator more often, than the engine bears."""

    slug = "query-too-complex"


class FunctionUnknown(RequestInvalid):
    """Raised when a query is right SPARQL but calls a function by an IRI that means nothing here."""

    slug = "function-unknown"


class QueryForbidden(RequestInvalid):
    """Raised when a query is valid but must not run here (SERVICE, LOAD, an update at a query endpoint)."""

    slug = "query-forbidden"


class ParameterInvalid(RequestInvalid):
    """Raised when a parameter is missing, repeated or out of range."""

    slug = "parameter-invalid"


class NotAcceptable(RequestInvalid):
    """Raised when no offered format satisfies the Accept header; the message lists what there is."""

    slug = "not-acceptable"


class BodyInvalid(RequestInvalid):
    """Raised when a request body has a wrong encoding or form."""

    slug = "body-invalid"


class MediaTypeUnsupported(RequestInvalid):
    """Raised when a request body comes in a media type that this address does not take."""

    slug = "media-type-unsupported"


class RequestTooLarge(RequestInvalid):
    """Raised when a request body or the query in it is longer than the limit."""

    slug = "request-too-large"


class AddressTooLong(RequestInvalid):
    """Raised when the address of a request is longer than the limit; the same query may be sent by POST."""

    slug = "address-too-long"


class UpdateFailed(RequestInvalid):
    """Raised when an update is valid and one of its operations fails (a graph is missing, or there already)."""

    slug = "update-failed"


class GraphDerived(RequestInvalid):
    """Raised when a graph is to be written that is derived or authored, and therefore not in a draft."""

    slug = "graph-derived"


class GraphNotFound(RequestInvalid):
    """Raised when a graph store has no graph of that IRI."""

    slug = "graph-not-found"


class Unauthenticated(RequestInvalid):
    """Raised when a request brings no token, or one that is unknown, revoked or expired."""

    slug = "unauthenticated"


class AccessDenied(RequestInvalid):
    """Raised when the role of a token does not allow what is asked."""

    slug = "access-denied"


class TokenNotFound(RequestInvalid):
    """Raised when there is no token of that name."""

    slug = "token-not-found"


class SignInRefused(RequestInvalid):
    """Raised when a name and a password do not belong together; which of them is wrong is not said."""

    slug = "sign-in-refused"


class TooManyAttempts(RequestInvalid):
    """Raised when somebody has guessed too often; `params["seconds"]` says how long to wait."""

    slug = "too-many-attempts"


class FormForged(RequestInvalid):
    """Raised when a form does not carry the token of the session that it comes with."""

    slug = "form-forged"


class UserNotFound(RequestInvalid):
    """Raised when there is no user of that name."""

    slug = "user-not-found"


class JobNotFound(RequestInvalid):
    """Raised when there is no job of that number."""

    slug = "job-not-found"


class UploadNotFound(RequestInvalid):
    """Raised when an upload is not there (any more)."""

    slug = "upload-not-found"


class SettingInvalid(RequestInvalid):
    """Raised when a `KG_*` setting is unknown or its value cannot be read."""

    slug = "setting-invalid"


class BackupInvalid(RequestInvalid):
    """Raised when a file is not a backup of ours, or not a whole one."""

    slug = "backup-invalid"


class MappingInvalid(RequestInvalid):
    """Raised when a mapping is wrong before any data is read; the message names file, line where known, and rule."""

    slug = "mapping-invalid"


class SourceInvalid(RequestInvalid):
    """Raised when `source.toml` or a lookup of a source is wrong."""

    slug = "source-invalid"


class SourceUnreadable(RequestInvalid):
    """Raised when a delivery cannot be read at all (missing, empty, zip bomb, DOCTYPE, broken JSON)."""

    slug = "source-unreadable"


class AuthoredInvalid(RequestInvalid):
    """Raised when an authored file (ontology, shape, query, vocabulary) does not parse; names file and line."""

    slug = "authored-invalid"


class SourceNotFound(RequestInvalid):
    """Raised when there is no source of that name."""

    slug = "source-not-found"


class QueryNotFound(RequestInvalid):
    """Raised when no query of an id waits or runs."""

    slug = "query-not-found"


class TooManyQueries(RequestInvalid):
    """Raised when a client has as many queries waiting and running as it may."""

    slug = "too-many-queries"


class RequestTimeout(RequestInvalid):
    """Raised when a request does not come in whole in time."""

    slug = "request-timeout"


class DraftNotFound(RequestInvalid):
    """Raised when there is no draft of that id."""

    slug = "draft-not-found"


class DecisionNotFound(RequestInvalid):
    """Raised when there is no decision (waiver) of that name."""

    slug = "decision-not-found"


class ReleaseNotFound(RequestInvalid):
    """Raised when there is no release of that id, or none at all yet."""

    slug = "release-not-found"


class ReleaseGone(RequestInvalid):
    """Raised when a release's store was removed by retention; its statement files remain."""

    slug = "release-gone"


class ThingNotFound(RequestInvalid):
    """Raised when the release says nothing about an IRI."""

    slug = "thing-not-found"


class QuestionNotFound(RequestInvalid):
    """Raised when the library has no query of that name."""

    slug = "question-not-found"


class Refused(KgError):
    """Raised when the request is right but the state forbids it."""

    slug = "refused"


class PublishBlocked(Refused):
    """Raised when violations stop a publish."""

    slug = "publish-blocked"


class PublishConflict(Refused):
    """Raised when the current release changed a graph that the draft changed too; names the graphs."""

    slug = "publish-conflict"


class ConfirmationNeeded(Refused):
    """Raised when an import would remove everything or more than half of a source and was not confirmed."""

    slug = "confirmation-needed"


class NothingChanged(Refused):
    """Raised when there is nothing to publish."""

    slug = "nothing-changed"


class DraftBusy(Refused):
    """Raised when a job is at work on a draft; the same request may be sent again in a moment."""

    slug = "draft-busy"


class AcceptRefused(Refused):
    """Raised when a draft cannot be accepted by this person, or not as it is, or is published without it."""

    slug = "accept-refused"


class QueryIdTaken(Refused):
    """Raised when an asker names its query by the id of one that waits or runs."""

    slug = "query-id-taken"


class PreviewStale(Refused):
    """Raised when a draft, the release or the authored files have moved on since a preview was made, or none was."""

    slug = "preview-stale"


class OntologyUnsound(Refused):
    """Raised when a check found that the ontology cannot be true, or faults in authored files; names what and where."""

    slug = "ontology-unsound"


class MachineryFailed(KgError):
    """Raised when the service, not the asker, is at fault or out of resources."""

    slug = "machinery-failed"


class QueryTimeout(MachineryFailed):
    """Raised when a query passed its deadline and its worker was killed."""

    slug = "query-timeout"


class QueryMemory(MachineryFailed):
    """Raised when a query passed the memory cap of its worker."""

    slug = "query-memory"


class EngineCrash(MachineryFailed):
    """Raised when the engine died under a query for a reason other than time or memory."""

    slug = "engine-crash"


class Busy(MachineryFailed):
    """Raised when no worker became free in time."""

    slug = "busy"


class TooManyConnections(MachineryFailed):
    """Raised when a connection comes in beyond those that may be open at once."""

    slug = "too-many-connections"


class ReaderTooSlow(MachineryFailed):
    """Raised when a reader takes its answer so slowly that it is let go; it sees its connection end."""

    slug = "reader-too-slow"


class ServiceFailed(MachineryFailed):
    """Raised when an endpoint that SERVICE asks does not answer, or not as it should."""

    slug = "service-failed"


class ResultTooLarge(MachineryFailed):
    """Raised when an answer passed `KG_RESULT_BYTES`."""

    slug = "result-too-large"


class QueryStopped(MachineryFailed):
    """Raised when a query was stopped because its asker left or said so."""

    slug = "query-stopped"


class StoreUnavailable(MachineryFailed):
    """Raised when the store (a release's or the remote one) cannot be reached."""

    slug = "store-unavailable"


class StateLocked(MachineryFailed):
    """Raised when another process holds the lock of the state folder; names it."""

    slug = "state-locked"


class StateMismatch(MachineryFailed):
    """Raised when the state folder was made by a newer version or under another `KG_BASE`."""

    slug = "state-mismatch"


class StateBroken(MachineryFailed):
    """Raised when the state folder cannot be read or written (disk full, damaged manifest)."""

    slug = "state-broken"


class JobKilled(MachineryFailed):
    """Raised when the child of an import or publish passed its limits or was killed."""

    slug = "job-killed"
