package Junction;

# Verifies and validates Junction's webhooks.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use File::Basename qw(basename);
use File::Glob qw(bsd_glob);
use JSON::Validator;
use MIME::Base64 qw(decode_base64 encode_base64);

use constant TOLERANCE => 5 * 60;    # seconds

# Whether one of the secrets signed the body within the last five minutes. The body is the bytes as they arrived.
sub is_verified {
    my ($body, $headers, @secrets) = @_;
    my %received = map { (lc $_ => $headers->{$_}) } keys %$headers;
    my ($id, $timestamp, $signatures) = map { $received{"svix-$_"} // '' } qw(id timestamp signature);
    return 0 if $id eq '' || $timestamp !~ /\A[0-9]+\z/ || abs(time - $timestamp) > TOLERANCE;
    for my $secret (@secrets) {
        my $key = decode_base64($secret =~ s/\Awhsec_//r);
        die "a secret is malformed\n" if $key eq '';
        my $expected = 'v1,' . encode_base64(hmac_sha256("$id.$timestamp.$body", $key), '');
        return 1 if grep { is_equal($_, $expected) } split ' ', $signatures;
    }
    return 0;
}

# Compares in constant time.
sub is_equal {
    my ($one, $other) = @_;
    return length $one == length $other && ($one ^ $other) !~ /[^\0]/;
}

# The validators of a vendored folder, by event type.
sub validators {
    my ($folder) = @_;
    return { map { basename($_, '.json') => JSON::Validator->new->schema($_)->schema }
          bsd_glob("$folder/schemas/labtest.*.json") };
}

# What is wrong with a payload: JSON::Validator::Error objects, which are texts with a pointer.
sub errors {
    my ($validator, $payload) = @_;
    return $validator->validate($payload);
}

1;
