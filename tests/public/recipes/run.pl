# Runs the recipe over the vectors and fixtures of a vendored folder. Usage: perl -I FOLDER_OF_RECIPE run.pl FOLDER
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use Encode qw(encode);
use File::Basename qw(basename);
use JSON::PP;
use Junction;
use MIME::Base64 qw(decode_base64 encode_base64);

my ($folder) = @ARGV;
my @wrong;

sub parsed {
    my ($path) = @_;
    open my $file, '<:raw', "$folder/$path" or die "$path: $!";
    local $/;
    return JSON::PP->new->utf8->decode(<$file>);
}

sub sign {
    my ($secret, $id, $time, $body) = @_;
    my $key = decode_base64($secret =~ s/\Awhsec_//r);
    return encode_base64(hmac_sha256("$id.$time." . encode('UTF-8', $body), $key), '');
}

my @vectors = @{parsed("signatures/relative.json")->{vectors}};
for my $each (@vectors) {
    my $now     = time;
    my %headers = %{$each->{headers}};
    for my $text (values %headers) {
        my $timestamp = $now + $each->{offset};
        $text =~ s/\{timestamp\}/$timestamp/g;
        for my $at (0 .. $#{$each->{signed}}) {
            my $signed = $each->{signed}[$at];
            my $made   = sign($signed->{signed_with}, $each->{id}, $now + $signed->{offset}, $signed->{body});
            $text =~ s/\{$at\}/$made/g;
        }
    }
    my $is_valid = Junction::is_verified(encode('UTF-8', $each->{body}), \%headers, @{$each->{secrets}});
    push @wrong, $each->{name} if !!$is_valid ne !!($each->{outcome} eq 'valid');
}

my $validators = Junction::validators($folder);
my @payloads = grep { $validators->{basename($_->{schema}, '.json')} } @{parsed("fixtures/index.json")->{payloads}};
for my $each (@payloads) {
    my @errors = Junction::errors($validators->{basename($each->{schema}, '.json')}, parsed($each->{file}));
    push @wrong, $each->{file} if !@errors ne !!$each->{tolerant};
}

print "not as expected: $_\n" for @wrong;
printf "Perl: %d vectors, %d payloads, %d not as expected\n", scalar @vectors, scalar @payloads, scalar @wrong;
exit(@wrong || !@vectors || !@payloads ? 1 : 0);
