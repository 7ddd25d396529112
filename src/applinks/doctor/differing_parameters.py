"""Classes of difference in the parameters: which of them were signed, and in what order (protocol.md 1.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from applinks.doctor.differences import PARAMETERS, Difference
from applinks.doctor.signed_text import (
    BODY,
    HEADER,
    QUERY,
    Parameter,
    SignedText,
    Surroundings,
    decoded,
    encoded,
    form_parameters,
    realm_of,
)
from applinks.links import IMPERSONATION_PARAMETERS
from applinks.wire.messages import FORM, media_type

MOST_DROPPED = 40
"""Parameters that are left out one at a time."""


# ---- which are signed


def query_left_out(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """All of the query but what belongs to OAuth."""
    yield _only(text, lambda each: each.place != QUERY or each.is_proof)


def form_left_out(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """All of the form but what belongs to OAuth."""
    yield _only(text, lambda each: each.place != BODY or each.is_proof)


def body_signed(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """A body that is no form, signed as if it were one; or the members of a JSON object."""
    request = around.request
    if not request.body or media_type(request.header("content-type")) == FORM:
        return
    written = request.body.decode("latin-1")
    yield replace(text, parameters=(*text.parameters, *form_parameters(written)))
    yield replace(text, parameters=(*text.parameters, Parameter(BODY, encoded(written), "")))
    members = _members(request.body)
    for write in (str, json.dumps):
        pairs = tuple(Parameter(BODY, encoded(name), encoded(_said(value, write))) for name, value in members.items())
        if pairs:
            yield replace(text, parameters=(*text.parameters, *pairs))


def user_added(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """The impersonated user, who came in after signing."""
    for name in IMPERSONATION_PARAMETERS:
        yield _without(text, name)


def parameter_added(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Any one parameter that came in after signing; or all of that name."""
    plain = [number for number, each in enumerate(text.parameters) if not each.is_proof]
    for number in plain[:MOST_DROPPED]:
        yield replace(text, parameters=text.parameters[:number] + text.parameters[number + 1 :])
    for name in dict.fromkeys(text.parameters[number].name for number in plain[:MOST_DROPPED]):
        yield _without(text, name)


def repeated_once(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Of parameters with the same name only the first, or the last."""
    first = {each.name: each for each in reversed(text.parameters)}
    last = {each.name: each for each in text.parameters}
    for kept in (last, first):
        yield replace(text, parameters=tuple(kept.values()))


def repeated_joined(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Parameters with the same name made one, with a comma between their values."""
    names = dict.fromkeys(each.name for each in text.parameters)
    if len(names) == len(text.parameters):
        return
    for between in ("%2C", "%2C%20", "%20", "%3B"):
        joined = tuple(_joined([each for each in text.parameters if each.name == name], between) for name in names)
        yield replace(text, parameters=joined)


def repeated_with_brackets(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Parameters with the same name called `name[]` or `name[0]`, or the brackets left out."""
    names = [each.name for each in text.parameters]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        yield _renamed(text, lambda each, _: f"{each.name}%5B%5D" if each.name in repeated else each.name)
        yield _renamed(text, lambda each, nth: f"{each.name}%5B{nth}%5D" if each.name in repeated else each.name)
    yield _renamed(text, lambda each, _: re.sub(r"%5B\d*%5D$", "", each.name))


def empty_dropped(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Parameters without a value left out."""
    yield _only(text, lambda each: each.value != "" or each.is_proof)
    yield _only(text, lambda each: each.value != "")


def equals_missing(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Parameters without a value written without `=`."""
    yield replace(text, pair=lambda name, value: f"{name}={value}" if value else name)


def realm_signed(text: SignedText, around: Surroundings) -> Iterator[SignedText]:
    """The realm, which OAuth leaves out."""
    realm = realm_of(around.request.headers)
    if realm is not None:
        yield _with(text, "realm", encoded(decoded(realm)))
        yield _with(text, "realm", encoded(realm))


def signature_signed(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """An `oauth_signature` without a value, as it stands while nothing is signed yet."""
    yield _with(text, "oauth_signature", "")


def token_left_out(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """The `oauth_token`, which travels and was not signed."""
    yield _without(text, "oauth_token")


def token_added(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """An empty `oauth_token`, which was signed and does not travel."""
    if not any(each.name == "oauth_token" for each in text.parameters):
        yield _with(text, "oauth_token", "")


def version_differs(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """`oauth_version` signed and not sent, or sent and not signed."""
    if any(each.name == "oauth_version" for each in text.parameters):
        yield _without(text, "oauth_version")
    else:
        yield _with(text, "oauth_version", "1.0")


def proof_left_out(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Any other one of the `oauth_…` parameters, which travels and was not signed."""
    for each in text.parameters:
        if each.is_proof:
            yield _without(text, each.name)


def only_header(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Nothing but what stands in the header."""
    yield _only(text, lambda each: each.place == HEADER)


def _only(text: SignedText, wanted: Callable[[Parameter], bool]) -> SignedText:
    return replace(text, parameters=tuple(each for each in text.parameters if wanted(each)))


def _without(text: SignedText, name: str) -> SignedText:
    return _only(text, lambda each: each.name != name)


def _with(text: SignedText, name: str, value: str) -> SignedText:
    return replace(text, parameters=(*text.parameters, Parameter(HEADER, name, value)))


def _joined(same: list[Parameter], between: str) -> Parameter:
    return replace(same[0], value=between.join(each.value for each in same))


def _renamed(text: SignedText, name: Callable[[Parameter, int], str]) -> SignedText:
    seen: dict[str, int] = {}
    renamed = []
    for each in text.parameters:
        nth = seen.get(each.name, 0)
        seen[each.name] = nth + 1
        renamed.append(replace(each, name=name(each, nth)))
    return replace(text, parameters=tuple(renamed))


def _members(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _said(value: object, write: Callable[[object], str]) -> str:
    return value if isinstance(value, str) else write(value)


# ---- in what order


def unsorted(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """As they travel; or the address's before the header's."""
    yield replace(text, order=list)
    places = {QUERY: 0, BODY: 1, HEADER: 2}
    yield replace(text, order=list, parameters=tuple(sorted(text.parameters, key=lambda each: places[each.place])))


def sorted_by_raw_value(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Sorted before they were encoded."""
    yield replace(text, order=lambda pairs: sorted(pairs, key=lambda pair: (decoded(pair[0]), decoded(pair[1]))))


def sorted_by_name(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Sorted by name only: those of the same name as they travel."""
    yield replace(text, order=lambda pairs: sorted(pairs, key=lambda pair: pair[0]))
    yield replace(text, order=lambda pairs: sorted(pairs, key=lambda pair: decoded(pair[0])))


def sorted_as_text(text: SignedText, _: Surroundings) -> Iterator[SignedText]:
    """Sorted as `name=value`, so that the `=` takes part; or without regard to capitals."""
    yield replace(text, order=lambda pairs: sorted(pairs, key="=".join))
    yield replace(text, order=lambda pairs: sorted(pairs, key=lambda pair: (pair[0].lower(), pair[1].lower())))


_LIBRARY = "Use an OAuth 1.0a library there that follows RFC 5849"

TABLE = (
    Difference(
        "query left out",
        PARAMETERS,
        "The sender does not sign the query.",
        f"{_LIBRARY}, and give it the whole address: the query is signed, also where the body is JSON.",
        texts=query_left_out,
    ),
    Difference(
        "form left out",
        PARAMETERS,
        "The sender does not sign the form in the body.",
        f"{_LIBRARY}, and hand it the form; or send JSON, which is not signed.",
        texts=form_left_out,
    ),
    Difference(
        "only the header",
        PARAMETERS,
        "The sender signs nothing but what stands in the Authorization header.",
        f"{_LIBRARY}: query and form are signed, too.",
        texts=only_header,
    ),
    Difference(
        "body signed",
        PARAMETERS,
        "The sender signs a body that is no form: only application/x-www-form-urlencoded is signed.",
        "On the calling side, do not hand the body to what signs; or send it as a form, with that content type.",
        texts=body_signed,
    ),
    Difference(
        "user added after signing",
        PARAMETERS,
        "The name of the impersonated user came into the request after it was signed.",
        "On the calling side, add {names} before the request is signed, or let the link do it.",
        texts=user_added,
    ),
    Difference(
        "oauth_token left out",
        PARAMETERS,
        "The request carries an oauth_token that was not signed.",
        f"{_LIBRARY}: where the token is sent empty, it is signed empty.",
        texts=token_left_out,
    ),
    Difference(
        "oauth_token not sent",
        PARAMETERS,
        "An empty oauth_token was signed and not sent.",
        'Send oauth_token="" as well.',
        texts=token_added,
    ),
    Difference(
        "oauth_version",
        PARAMETERS,
        "oauth_version was signed and not sent, or sent and not signed.",
        'Send and sign the same: with oauth_version="1.0" or without it.',
        texts=version_differs,
    ),
    Difference(
        "realm signed",
        PARAMETERS,
        "The sender signs the realm of its header, which is never signed (RFC 5849, 3.4.1.3.1).",
        "Leave out the realm on the calling side.",
        texts=realm_signed,
    ),
    Difference(
        "oauth_signature signed",
        PARAMETERS,
        "The sender signs an oauth_signature without a value.",
        f"{_LIBRARY}: the signature is no part of what is signed.",
        texts=signature_signed,
    ),
    Difference(
        "other oauth_… left out",
        PARAMETERS,
        "The request carries {names}, which was not signed.",
        f"{_LIBRARY}: all oauth_… parameters but the signature are signed.",
        texts=proof_left_out,
    ),
    Difference(
        "repeated name, signed once",
        PARAMETERS,
        "Of several parameters with the same name the sender signs one: it keeps them in a map.",
        f"{_LIBRARY}, and hand it pairs in place of a map; or send each name once.",
        texts=repeated_once,
    ),
    Difference(
        "repeated name, joined",
        PARAMETERS,
        "The sender joins the values of parameters with the same name before it signs them.",
        f"{_LIBRARY}, and hand it pairs in place of lists.",
        texts=repeated_joined,
    ),
    Difference(
        "repeated name, brackets",
        PARAMETERS,
        "The sender signs names with brackets (`name[]`) and sends them without, or the other way round.",
        "On the calling side, sign the names as they are sent.",
        texts=repeated_with_brackets,
    ),
    Difference(
        "empty values dropped",
        PARAMETERS,
        "The sender does not sign parameters without a value.",
        "Leave such parameters out on the calling side, or sign them as well.",
        texts=empty_dropped,
    ),
    Difference(
        "empty values without =",
        PARAMETERS,
        "The sender signs parameters without a value without their `=`.",
        f"{_LIBRARY}: a parameter without a value is signed as `name=`.",
        texts=equals_missing,
    ),
    Difference(
        "parameter added",
        PARAMETERS,
        "A parameter came into the request after it was signed: {names}.",
        "Find what adds it: the client after signing, a proxy, a firewall or a tracker.",
        texts=parameter_added,
    ),
    Difference(
        "not sorted",
        PARAMETERS,
        "The sender does not sort the parameters.",
        f"{_LIBRARY}.",
        texts=unsorted,
    ),
    Difference(
        "sorted by raw values",
        PARAMETERS,
        "The sender sorts the parameters before it encodes them; OAuth sorts what is encoded.",
        f"{_LIBRARY} (3.4.1.3.2).",
        texts=sorted_by_raw_value,
    ),
    Difference(
        "sorted by name only",
        PARAMETERS,
        "The sender sorts the parameters by name and not by value.",
        f"{_LIBRARY}; or send each name once.",
        texts=sorted_by_name,
    ),
    Difference(
        "sorted as text",
        PARAMETERS,
        "The sender sorts `name=value` as one text, or without regard to capitals.",
        f"{_LIBRARY}: by name, then by value, by their bytes.",
        texts=sorted_as_text,
    ),
)
