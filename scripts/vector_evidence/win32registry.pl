#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# win32registry.pl HIVE: what Parse::Win32Registry makes of the hive. Lines:
# "K depth name", "V name type data", names as UTF-16LE and data in hexadecimal;
# then "end", or "refused".
use strict;
use warnings;
use Encode qw(encode);
use Parse::Win32Registry;

sub units {
    my ($name) = @_;
    return unpack('H*', encode('UTF-16LE', $name // ''));
}

my $registry = eval { Parse::Win32Registry->new($ARGV[0]) };
my $root = $registry && $registry->get_root_key;
if (!$root) {
    print "refused\n";
    exit 0;
}
my @waiting = ([$root, 0]);
while (@waiting) {
    my ($key, $depth) = @{pop @waiting};
    print "K $depth ", units($key->get_name), "\n";
    for my $value ($key->get_list_of_values) {
        print 'V ', units($value->get_name), ' ', $value->get_type, ' ',
            unpack('H*', $value->get_raw_data // ''), "\n";
    }
    push @waiting, reverse map { [$_, $depth + 1] } $key->get_list_of_subkeys;
}
print "end\n";
