"""The causes, as data, in the order in which they are looked for: what is nearer to the wire explains what comes after it.

Network, shape of what comes back, identity, configuration, proof, who it was answered as, rights, the rest (protocol.md 13,
product.md B-15). Three of the protocol's causes are left out. Two are about OAuth 2.0, which this software does not speak
yet: OAUTH2_REFRESH_LOST and OAUTH2_HTTPS_REQUIRED. SYSTEM_LINK is about links that a hosted product makes for itself. Two
are added, BROKEN_OFF and METHOD_MISMATCH; SUSPENDED is about ourselves.

In a remedy, `{link}`, `{url}`, `{type}` and `{level}` are the link's name, address, type and outgoing level here; `{us}` and
`{our_url}` ourselves; `{their_url}` and `{their_level}` what the other side says; `{user}` whoever was tried; `{host}` the host
of the address; `{found}` what was found.
"""

from __future__ import annotations

from applinks.doctor.diagnosis import Cause, Status

MANIFEST, CLOCK, CONSUMER, STATE = "manifest", "clock", "consumer info", "state"
PROOF, WHO, OWN_ADDRESS, OWN_KEY, RECENT = "proof", "who-am-i", "own address", "own consumer key", "recent requests"
CONFIGURATION = "configuration"
"""The names of the checks. `PROOF` is one call as nobody in particular, `WHO` one as a person; `OWN_ADDRESS` and `OWN_KEY`
are calls that are made again, signed for the address that the other side says is its own, or under our own consumer key."""

_NETWORK = (
    Cause(
        "UNKNOWN_HOST",
        Status.NETWORK_ERROR,
        "Nobody knows the host of the address.",
        "Its name cannot be resolved.",
        "Make {host} known to this machine's name service, or correct the address of the link, {url}.",
    ),
    Cause(
        "CONNECTION_REFUSED",
        Status.NETWORK_ERROR,
        "Nothing listens there.",
        "The connection is refused.",
        "Start the other application, or correct the port in {url}; a firewall may refuse as well.",
    ),
    Cause(
        "CONNECT_TIMEOUT",
        Status.NETWORK_ERROR,
        "There is no way there.",
        "The connection is not taken in time, or no route leads there.",
        "Open the way from this machine to {host} in the firewalls and routes between, or correct {url}.",
    ),
    Cause(
        "READ_TIMEOUT",
        Status.NETWORK_ERROR,
        "It takes the connection and does not answer.",
        "Connected, and no answer in time.",
        "Look whether the application at {url} hangs or is overloaded; restart it.",
    ),
    Cause(
        "TLS_UNTRUSTED",
        Status.NETWORK_ERROR,
        "Its certificate comes from nobody whom we trust.",
        "The issuer is unknown, the certificate vouches for itself, or one in between is not sent.",
        "Let {host} send its whole chain of certificates; trust its issuer on this machine (SSL_CERT_FILE names the "
        "certificates that are trusted); then restart this application.",
    ),
    Cause(
        "TLS_HOST_MISMATCH",
        Status.NETWORK_ERROR,
        "Its certificate is for another host.",
        "The names in the certificate are not the one in the address.",
        "Install a certificate for {host} there, or correct the host in {url}.",
    ),
    Cause(
        "TLS_EXPIRED",
        Status.NETWORK_ERROR,
        "Its certificate has expired, or does not hold yet.",
        "The dates of the certificate do not include today.",
        "Renew the certificate at {host}; look first whether this machine's own date is right.",
    ),
    Cause(
        "TLS_PROTOCOL",
        Status.NETWORK_ERROR,
        "The two do not find a common language for a safe connection.",
        "The handshake fails; often the port speaks plain http.",
        "Let {host} offer TLS 1.2 or later at this port, or correct scheme and port in {url}.",
    ),
    Cause(
        "PROXY_REFUSED",
        Status.NETWORK_ERROR,
        "A proxy on the way does not let us through.",
        "Status 407, or 502 or 504 from a proxy, or it refuses to connect.",
        "Let the proxy allow {host}, or go around it: NO_PROXY={host}, and restart this application.",
    ),
    Cause(
        "BROKEN_OFF",
        Status.NETWORK_ERROR,
        "The connection breaks off before there is an answer.",
        "Connected, and closed without an answer, or with something that is no HTTP.",
        "Look at the log of whatever listens at {url}: it may expect https, limit requests, or be about to start.",
    ),
)

_SHAPE = (
    Cause(
        "REDIRECTED_ELSEWHERE",
        Status.CONFIG_ERROR,
        "It sends us to another address, where no signed call may follow.",
        "A redirect to another host, scheme or path.",
        "Let {url} answer by itself, or link with the address that does: delete this link on both sides, then "
        "`applinks link create {found}`.",
        (MANIFEST,),
    ),
    Cause(
        "LOGIN_WALL",
        Status.CONFIG_ERROR,
        "A page for people to sign in stands before it.",
        "A redirect to a sign-in, or a page where a document was asked for.",
        "Exempt /rest/ and /plugins/servlet/ below {url} from the sign-in page or proxy: these calls bring their own proof.",
        (MANIFEST,),
    ),
    Cause(
        "NOT_AN_APPLINKS_PEER",
        Status.NOT_APPLINKS,
        "Whatever answers there does not speak application links.",
        "No manifest: status 404, or another document.",
        "Correct the address {url}: it must be the one under which people open the application, with its path. Where the "
        "application really speaks none, delete the link and register it by hand: `applinks link register`.",
        (MANIFEST,),
    ),
)

_IDENTITY = (
    Cause(
        "WRONG_APPLICATION",
        Status.CONFIG_ERROR,
        "Another application answers at this address than the one that was linked.",
        "The manifest has another id than the link.",
        "Bring the application back to {url}. If this is a new one in its place, delete the link here and say "
        "`applinks link create {url}`.",
        (MANIFEST,),
    ),
    Cause(
        "DUPLICATE_ID",
        Status.CONFIG_ERROR,
        "Two links lead to one and the same application.",
        "The manifest has the id of another link.",
        "Keep one of the two: `applinks link delete {link}`, or {found}.",
        (MANIFEST,),
    ),
    Cause(
        "BASE_URL_MISMATCH",
        Status.CONFIG_ERROR,
        "The other application believes to have another address than the one we call.",
        "The manifest has another url than the link, or it knows us under another address than ours.",
        "Correct the public address of the side that is wrong (APPLINKS_URL with `applinks`, the base URL in a product): "
        "{found}. Or delete the link on both sides and make it anew under the right address.",
        (MANIFEST,),
    ),
    Cause(
        "VERSION_INCOMPATIBLE",
        Status.CONFIG_ERROR,
        "The other application speaks a version that is too old to say how its end stands.",
        "The manifest has an applinksVersion below 5.",
        "Update the application at {url}; until then, look there by hand.",
        (MANIFEST,),
    ),
)

_CONFIGURATION = (
    Cause(
        "SUSPENDED",
        Status.SUSPENDED,
        "Nothing is sent from here, because this may be a copy of the application.",
        "The database lies elsewhere than was noted, or the public address is another one.",
        "Say which it is. The original, which lies elsewhere now: `applinks identity moved`. A copy: "
        "`applinks identity copied`, and make its links anew.",
        (CONFIGURATION,),
    ),
    Cause(
        "DISABLED",
        Status.DISABLED,
        "The link is switched off here.",
        "Both directions are disabled.",
        "Switch it on when it is wanted: `applinks link change {link} --outgoing oauth --incoming oauth`; or delete it.",
        (CONFIGURATION,),
    ),
    Cause(
        "NO_OUTGOING_AUTH",
        Status.CONFIG_ERROR,
        "Nothing is configured here by which this call could go.",
        "Every mechanism is passed over, or its secret is missing.",
        "See `applinks link explain {link} --as {user}`, and set what is missing: `applinks link change {link} --outgoing …`, "
        "`applinks link secret {link} --outgoing --stdin`.",
        (CONFIGURATION,),
    ),
    Cause(
        "NO_COMMON_AUTH",
        Status.CONFIG_ERROR,
        "There is no way to authenticate that we send and it accepts.",
        "The manifest lists no incoming type that our outgoing level uses.",
        "Switch on OAuth at the other application ({found}), or choose here what it accepts: "
        "`applinks link change {link} --outgoing …`.",
        (MANIFEST,),
    ),
)

_PROOF = (
    Cause(
        "NO_REVERSE_LINK",
        Status.CONFIG_ERROR,
        "The other application has no link to this one under our key.",
        "It says `consumer_key_unknown` or APP_UNKNOWN, or what it says about us is sealed for none of our keys.",
        "Make the link again, from either side: `applinks link create {url}`.",
        (STATE,),
    ),
    Cause(
        "STALE_CONSUMER_KEY",
        Status.CONFIG_ERROR,
        "One side knows the other by a consumer key that it does not use any more.",
        "The consumer key that is stored is not the one that is sent.",
        "Make the link again: `applinks link create {url}`; where it was made by hand, "
        "`applinks link register` with the key {found}.",
        (CONSUMER,),
    ),
    Cause(
        "PUBLIC_KEY_CHANGED",
        Status.CONFIG_ERROR,
        "One side knows an old public key of the other.",
        "The fingerprint that is stored is not that of the key that is used.",
        "Compare the fingerprints with the other administrator, then make the link again: `applinks link create {url}`.",
        (CONSUMER,),
    ),
    Cause(
        "SIGNATURE_URL_MISMATCH",
        Status.CONFIG_ERROR,
        "The other application verifies our signatures for another address than the one we call.",
        "`signature_invalid`; the same call, signed for the address in its manifest, is accepted.",
        "Correct the public address there to {url} (behind a proxy: scheme, host, port and path as people see them); or delete "
        "the link on both sides and make it anew with {their_url}.",
        (OWN_ADDRESS,),
    ),
    Cause(
        "SIGNATURE_OTHER",
        Status.CONFIG_ERROR,
        "Something changes our calls on the way, or reads them in another way than we.",
        "`signature_invalid`, with the right key and address.",
        "Compare what was signed with what arrived: `applinks explain`, and the log there. Let proxies between here and {url} "
        "pass path, query and body on as they are.",
        (STATE, OWN_ADDRESS),
    ),
    Cause(
        "METHOD_MISMATCH",
        Status.CONFIG_ERROR,
        "The two ends use different signature methods.",
        "`signature_method_rejected`, or its end of the link is set to another one.",
        "Say the same on both ends: `applinks link change … --signature-method {found}`.",
        (STATE,),
    ),
    Cause(
        "CLOCK_SKEW",
        Status.CONFIG_ERROR,
        "The clocks of the two machines differ.",
        "`timestamp_refused`, OLD_CERT, or its Date header is more than a minute off.",
        "Correct the clock that is wrong, with a time service on both machines: {found}.",
        (CLOCK,),
    ),
    Cause(
        "NONCE_REPLAY",
        Status.CONFIG_ERROR,
        "Something between the two sends our calls twice.",
        "`nonce_used` for a call that was made once.",
        "Switch off repetition in the proxies and load balancers between here and {url}.",
        (WHO,),
    ),
    Cause(
        "LEVEL_MISMATCH",
        Status.CONFIG_ERROR,
        "The two ends allow each other different things.",
        "Its level for what comes from us is not our outgoing one, or the other way around.",
        "Say the same on both ends: {found}.",
        (STATE,),
    ),
    Cause(
        "LOCAL_CONSENT_NEEDED",
        Status.ACCESS_DENIED,
        "This person has not agreed yet that we act for them there.",
        "We hold no token of this person.",
        "Let {user} open {found} and agree.",
        (CONFIGURATION,),
    ),
    Cause(
        "REMOTE_CONSENT_NEEDED",
        Status.ACCESS_DENIED,
        "This person's consent is gone there: taken back, or ended.",
        "`token_rejected`, `token_expired` or `token_revoked`.",
        "Let {user} open {found} and agree anew.",
        (WHO,),
    ),
)

_WHO = (
    Cause(
        "IMPERSONATION_USER_UNKNOWN",
        Status.ACCESS_DENIED,
        "The proof is good, but this person may not act there: unknown, disabled, or not admitted.",
        "`permission_denied`, or a bare 401, for this person only; USER_UNKNOWN.",
        "Look for {user} at the other application, and at its policy for this link (administrators are admitted only by name): "
        "`applinks link policy {us} …` over there. Or exclude the name here: `applinks link change {link} --exclude {user}`.",
        (STATE,),
    ),
    Cause(
        "IMPERSONATED_WRONG_USER",
        Status.ACCESS_DENIED,
        "It answers as somebody else than the one we named.",
        "200, and another name in who-am-I or X-AUSERNAME.",
        "Look at its *Execute as* user for this link, and take it away; if it does not understand the parameter, "
        "`applinks link change {link} --impersonation-parameter learn`.",
        (WHO,),
    ),
    Cause(
        "SILENT_ANONYMOUS",
        Status.ACCESS_DENIED,
        "It ignores our proof and answers as nobody.",
        "200, and no name in who-am-I, or X-AUSERNAME: anonymous.",
        "Let a proxy there pass the Authorization header on; then allow impersonation at its end of the link; if it does not "
        "understand the parameter, `applinks link change {link} --impersonation-parameter learn`.",
        (WHO,),
    ),
)

_RIGHTS = (
    Cause(
        "INSUFFICIENT_PERMISSION",
        Status.ACCESS_DENIED,
        "It knows who calls, and does not let them.",
        "Status 403, with no word against the proof.",
        "Give {user} the right to use the application at {url}.",
        (WHO,),
    ),
)

_REST = (
    Cause(
        "BASIC_REJECTED",
        Status.ACCESS_DENIED,
        "It refuses the account of this link, or its password.",
        "`authentication_denied`, or 401 with X-Seraph-LoginReason.",
        "Set account and password anew: `applinks link change {link} --account …`, "
        "`applinks link secret {link} --outgoing --stdin`.",
        (WHO,),
    ),
    Cause(
        "CAPTCHA",
        Status.ACCESS_DENIED,
        "After too many wrong passwords it wants a person to solve a puzzle.",
        "X-Authentication-Denied-Reason: CAPTCHA_CHALLENGE.",
        "Sign in once with that account in a browser at {url}, then set the password anew: "
        "`applinks link secret {link} --outgoing --stdin`.",
        (WHO,),
    ),
    Cause(
        "RATE_LIMITED",
        Status.NETWORK_ERROR,
        "It asks us to call less often.",
        "Status 429, or 503 with Retry-After.",
        "Wait ({found}), and look who calls so often; raise the limit for {us} there.",
    ),
    Cause(
        "TRUSTED_APP_RESTRICTED",
        Status.ACCESS_DENIED,
        "Its limits for us as a trusted application do not allow this call.",
        "BAD_REMOTE_IP, BAD_XFORWARD_IP or BAD_URL.",
        "Allow our address and path at its end of the link: `applinks link change {us} --address … --path …` over there; "
        "it said {found}.",
        (WHO,),
    ),
    Cause(
        "UNEXPECTED_STATUS",
        Status.CONFIG_ERROR,
        "It answers with a status that fits nothing of the above.",
        "Any other status.",
        "Look into the log of the application at {url}: {found}.",
    ),
    Cause(
        "UNEXPECTED_BODY",
        Status.CONFIG_ERROR,
        "It answers with something that cannot be read.",
        "A document that is damaged, contradicts itself or is too large.",
        "Look what answers at {url}, and update it: {found}.",
    ),
    Cause(
        "DEPRECATED_AUTH",
        Status.DEPRECATED,
        "It works by an old way, and both sides know a better one.",
        "A legacy level where it accepts OAuth, or SHA-1 where both know SHA-256.",
        "Change both ends to {found}: `applinks link change {link} …`.",
        (CONFIGURATION,),
    ),
)

CAUSES = {cause.name: cause for cause in (*_NETWORK, *_SHAPE, *_IDENTITY, *_CONFIGURATION, *_PROOF, *_WHO, *_RIGHTS, *_REST)}
"""By name, in the order in which they explain each other."""
