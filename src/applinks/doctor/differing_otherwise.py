"""Classes that no other text and no other key proves: told by the checks that failed, and by what the sender logged.

The time, the sender, the token, the level, the person (protocol.md 1.5, 1.6); and where nothing fits, what is possible still.
"""

from __future__ import annotations

from applinks.doctor.differences import ADDRESS, KEY, LINK, PARAMETERS, PERSON, PROOF, SIGNATURE, Difference


def _told(name: str, part: str, cause: str, remedy: str) -> Difference:
    return Difference(name, part, cause, remedy)


TABLE = (
    _told(
        "signature cut off",
        SIGNATURE,
        "The signature has {length} bytes, one by this link has {wanted}: it was cut off, or made otherwise.",
        "Look for a limit on the length of headers or fields between the two.",
    ),
    _told(
        "key or text unknown",
        KEY,
        "Nothing that was tried makes the signature hold: it was made with a key that is not known here, "
        "or over a text that differs in more than two ways.",
        "Compare the keys on both ends first ({fingerprint} here). Then let "
        "the sender log its base string, and give it to `applinks explain --base-string`.",
    ),
    _told(
        "value differs",
        PARAMETERS,
        "A parameter has another value in what was signed: {names}.",
        "Find what changes it between the two.",
    ),
    _told(
        "parameter lost",
        PARAMETERS,
        "A parameter was signed and did not arrive: {names}.",
        "Find what takes it away: the client after signing, or a proxy.",
    ),
    _told(
        "path",
        ADDRESS,
        "Another path was signed than the one that arrived.",
        "Sign anew after each redirect; let proxies leave paths alone.",
    ),
    _told(
        "not a base string",
        PROOF,
        "The text that the sender logged is not a base string: method, address and parameters, joined by two `&`.",
        "Look for a line that begins with the method, such as `GET&https%3A%2F%2F`.",
    ),
    _told(
        "holds",
        PROOF,
        "The signature holds, and nothing else speaks against the request now.",
        "If it was refused, what refused it has been mended since; send it again with a new proof.",
    ),
    _told(
        "not signed",
        PROOF,
        "The request carries no OAuth proof.",
        "On the calling side, sign it; a proxy may have taken the Authorization header away.",
    ),
    _told(
        "incomplete",
        PROOF,
        "The proof is incomplete: {why}",
        "Send all six: oauth_consumer_key, oauth_token (empty without one), "
        "oauth_signature_method, oauth_signature, oauth_timestamp, oauth_nonce.",
    ),
    _told(
        "unreadable",
        PROOF,
        "The request cannot be read in exactly one way: {why}",
        "Percent-encode names and values as RFC 5849, 3.6 says, in UTF-8, and quote them in the header.",
    ),
    _told("proof given twice", PROOF, "An oauth_… parameter is there twice: {why}", "Send the proof in one place: the header."),
    _told("version", PROOF, "oauth_version is not 1.0.", 'Send oauth_version="1.0" or leave it out.'),
    _told(
        "method unknown",
        PROOF,
        "The request names a signature method that is not known here: {named}.",
        "Sign by the method of the link{pinned_to}.",
    ),
    _told(
        "method forbidden",
        PROOF,
        "This platform does not allow the method: {why}",
        "Choose another signature method on both ends, or allow it in the system's crypto policy.",
    ),
    _told(
        "clock",
        PROOF,
        "The clocks differ: the request was signed {skew} when it arrived, and 300 seconds are allowed.",
        "Set both clocks by the same time service; or the request waited on its way.",
    ),
    _told("timestamp in milliseconds", PROOF, "The timestamp is in milliseconds.", "On the calling side, send seconds."),
    _told(
        "sent twice",
        PROOF,
        "The same request was admitted before.",
        "On the calling side, sign each try anew; find what repeats requests: a proxy, a retrying client.",
    ),
    _told("too large", PROOF, "The form is too large to be verified.", "Send it as JSON or as a file; or in smaller pieces."),
    _told("two proofs", PROOF, "The request proves itself in two ways at once.", "Send one Authorization only."),
    _told(
        "consumer unknown",
        LINK,
        "No link here knows the consumer key {consumer_key}.",
        "Make the link, or set the consumer key over there to one of: {known}.",
    ),
    _told(
        "consumer key written otherwise",
        LINK,
        "The consumer key {consumer_key} is unknown; {nearest} is known.",
        "On the calling side, send the consumer key as {nearest}: percent-encoded once, without blanks at its ends.",
    ),
    _told(
        "link disabled",
        LINK,
        "The incoming direction of the link is disabled.",
        "`applinks link change '{link}' --incoming oauth` or `oauth_impersonation`.",
    ),
    _told(
        "method not pinned",
        LINK,
        "The signature holds, by {named}; the link accepts {pinned} only.",
        "Set the same on both ends: here `applinks link change '{link}' --signature-method {named}`.",
    ),
    _told(
        "no secret",
        LINK,
        "The request names {named}, and the link has nothing to verify that with.",
        "Set it: `applinks link secret '{link}' --incoming --stdin`; or sign with {pinned} over there.",
    ),
    _told(
        "token",
        PERSON,
        "The token is unknown, revoked, or another application's.",
        "The person has to consent anew: over there, drop the token and ask again.",
    ),
    _told("token expired", PERSON, "The token's time is over.", "Over there, renew it; or the person has to consent anew."),
    _told(
        "level",
        LINK,
        "The link does not accept this way: {why}.",
        "`applinks link change '{link}' --incoming …`, or choose another way over there.",
    ),
    _told(
        "person", PERSON, "The person was not found: {why}", "Make the person here, enable them, or map the name on the link."
    ),
    _told(
        "policy",
        PERSON,
        "The person may not do that over this link: {why}.",
        "`applinks link policy '{link}' …`, or another person, method or path.",
    ),
    _told(
        "user named twice",
        PERSON,
        "The request names its user in a way that cannot stand: {why}",
        "Name one user, once; and none where the request carries a person's token.",
    ),
    _told("other refusal", PROOF, "It was refused for another reason: {why}", "See the guide for `{problem}`."),
)
