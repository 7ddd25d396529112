# Plays one step with Net::OAuth, which only signs; HTTP::Tiny sends. As the token of a protected resource it sends an empty one.
# It reads no query as UTF-8, so that is taken apart here; and it reads no answer with parameters beyond the standard's.
use strict;
use warnings;
use Crypt::OpenSSL::RSA;
use HTTP::Tiny;
use Encode qw(decode_utf8);
use JSON::PP;
use Net::OAuth;
use Net::OAuth::AccessTokenRequest;
use URI;

$Net::OAuth::PROTOCOL_VERSION = Net::OAuth::PROTOCOL_VERSION_1_0A;

my $task = decode_json(do { local $/; <STDIN> });

my %steps = (
    request_token => sub { ('request token', 'POST', $task->{request_token_url}, callback => $task->{callback}) },
    access_token  => sub { ('access token', 'POST', $task->{access_token_url}, token(), verifier()) },
    renewal       => sub { ('access token', 'POST', $task->{access_token_url}, token(), session_handle()) },
    call          => sub {
        my @where = ($task->{http_method}, $task->{url});
        return defined $task->{token} ? ('protected resource', @where, token()) : ('consumer', @where);
    },
);

my @AS_BEFORE = (protocol_version => Net::OAuth::PROTOCOL_VERSION_1_0);

sub verifier { return defined $task->{verifier} ? (verifier => $task->{verifier}) : @AS_BEFORE }

sub session_handle { return (@AS_BEFORE, session_handle => $task->{session_handle}) }

sub token { return (token => $task->{token}, token_secret => $task->{token_secret}) }

Net::OAuth::AccessTokenRequest->add_optional_message_params('session_handle');
my ($kind, $method, $url, %more) = $steps{$task->{step}}->();
my $address = URI->new($url);
my %query = map { decode_utf8($_) } $address->query_form;
$address->query(undef);

my $request = Net::OAuth->request($kind)->new(
    consumer_key     => $task->{consumer_key},
    consumer_secret  => $task->{secret},
    signature_method => $task->{signature_method},
    request_method   => $method,
    request_url      => $address,
    extra_params     => \%query,
    timestamp        => time,
    nonce            => join('', map { sprintf '%x', rand 16 } 1 .. 32),
    %more,
);
$request->sign($task->{private_key} ? Crypt::OpenSSL::RSA->new_private_key($task->{private_key}) : ());

my $response = HTTP::Tiny->new(max_redirect => 0)
    ->request($method, $url, { headers => { Authorization => $request->to_authorization_header } });
die $response->{content} if $response->{status} == 599;

my %answer = (status => $response->{status} + 0, headers => $response->{headers}, body => decode_utf8($response->{content}));
if ($response->{success} && $task->{step} ne 'call') {
    my %given = URI->new("?$response->{content}")->query_form;
    @answer{qw(token token_secret)} = @given{qw(oauth_token oauth_token_secret)};
    $answer{session_handle} = $given{oauth_session_handle} // '';
}
print encode_json(\%answer);
