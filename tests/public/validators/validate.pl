# Validates the payloads of a vendored folder with JSON::Validator, and compares the verdicts.
# Usage: perl validate.pl FOLDER
use strict;
use warnings;
use JSON::PP;
use JSON::Validator;

my ($folder) = @ARGV;
my $json = JSON::PP->new->utf8;
my $profile = parsed("junction-webhooks.lock.json")->{options}{profile};
my $draft   = parsed("junction-webhooks.lock.json")->{options}{draft};
my (%validators, $differing);

sub content {
    my ($path) = @_;
    open my $file, '<:raw', "$folder/$path" or die "$path: $!";
    local $/;
    return <$file>;
}

sub parsed { return $json->decode(content($_[0])) }

sub validator {
    my ($reference) = @_;
    my ($path, $within) = split /#/, $reference;
    my $schema = parsed($path);
    if (defined $within) {
        delete $schema->{oneOf};
        $schema->{allOf} = [{'$ref' => "#$within"}];
    }
    return JSON::Validator->new->schema($schema)->schema;
}

my $index = parsed("fixtures/index.json");
my @cases = map { [$_, parsed($_->{file})] } @{$index->{payloads}};
push @cases, map { my $rule = $json->decode($_); [$rule, $rule->{payload}] } map { split /\n/, content($_) } @{$index->{rules}};
$differing = 0;
for my $case (@cases) {
    my ($entry, $payload) = @$case;
    $validators{$entry->{schema}} //= validator($entry->{schema});
    my $is_valid = !$validators{$entry->{schema}}->validate($payload);
    next if !!$is_valid == !!$entry->{$profile};
    $differing++;
    print "JSON::Validator: not as expected: ", $entry->{file} // $json->encode($entry->{violations}), "\n";
}
printf "JSON::Validator, %s, draft %s: %d payloads, %d other verdicts\n", $profile, $draft, scalar @cases, $differing;
exit(@cases && !$differing ? 0 : 1);
