#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Parse::Win32Registry as a command: parse_win32registry.pl HIVE, or
# parse_win32registry.pl --session.
use strict;
use warnings;
use JSON::PP ();
use Parse::Win32Registry 1.0;

# Names of 8 bits are Latin-1, not cp1252; and warnings say what is missing.
Parse::Win32Registry::set_codepage('iso-8859-1');
Parse::Win32Registry::enable_warnings();
my ($partial, $seq);
$SIG{__WARN__} = sub { print STDERR @_; $partial = 1 };
$| = 0;

sub quoted {
    my $text = '"';
    for my $unit (units($_[0])) {
        $text .= $unit >= 0x20 && $unit < 0x7f && $unit != 0x22 && $unit != 0x5c
            ? chr $unit : sprintf '\u%04x', $unit;
    }
    return $text . '"';
}

# It decodes UCS-2: a surrogate has become U+FFFD before we see it.
sub units {
    return map { my $c = ord;
                 $c < 0x10000 ? $c : (0xd800 + (($c - 0x10000) >> 10),
                                      0xdc00 + (($c - 0x10000) & 0x3ff)) }
        split //, $_[0];
}

sub send_value {
    my ($value) = @_;
    my $data = $value->get_raw_data;
    printf "{\"event\":\"value\",\"name\":%s,\"type\":%u%s}\n",
        quoted($value->get_name), $value->get_type,
        defined $data ? ',"data_size":' . length $data : '';
    if (!defined $data) {
        return if ($value->{_data_length} // 1) == 0;
        print "{\"event\":\"damage\",\"field\":\"vk.data\",\"action\":\"clamped\"}\n";
        $partial = 1;
        return;
    }
    for (my $at = 0; $at < length $data; $at += 4096) {
        printf "{\"event\":\"data\",\"hex\":\"%s\"}\n",
            unpack 'H*', substr $data, $at, 4096;
    }
}

# Without recursion: it is others who say how deep a hive is.
sub send_tree {
    my @todo = (shift);
    while (@todo) {
        my $key = pop @todo;
        if (!defined $key) {
            print "{\"event\":\"key_leave\"}\n";
            next;
        }
        my $class = $key->get_class_name;
        printf "{\"event\":\"key_enter\",\"name\":%s,\"class_name\":%s}\n",
            quoted($key->get_name),
            defined $class && length $class ? quoted($class) : 'null';
        send_value($_) for $key->get_list_of_values;
        push @todo, undef, reverse $key->get_list_of_subkeys;
    }
}

sub answer {
    my ($path) = @_;
    $partial = 0;
    my $registry = Parse::Win32Registry->new($path);
    my $root = defined $registry ? $registry->get_root_key : undef;
    my $result = 'reject';
    if (defined $root) {
        print "{\"event\":\"hive\"}\n";
        send_tree($root);
        print "{\"event\":\"damage\",\"field\":\"\",\"action\":\"skipped\"}\n"
            if $partial;
        $result = $partial ? 'partial' : 'accept';
    }
    printf "{\"event\":\"end\",\"result\":\"%s\"%s}\n", $result,
        defined $seq ? ",\"seq\":$seq" : '';
    STDOUT->flush;
}

sub session {
    while (my $line = <STDIN>) {
        my $order = JSON::PP::decode_json($line);
        last if $order->{cmd} eq 'stop';
        if ($order->{cmd} eq 'start') {
            print JSON::PP::encode_json({
                name => 'parse-win32registry', language => 'Perl',
                version => $Parse::Win32Registry::VERSION,
                homepage => 'https://metacpan.org/dist/Parse-Win32Registry',
                capabilities => ['class', 'forensic']}), "\n";
            STDOUT->flush;
        }
        else {
            $seq = $order->{seq};
            answer($order->{path});
        }
    }
}

require IO::Handle;
die "usage: $0 HIVE | --session\n" if @ARGV != 1;
$ARGV[0] eq '--session' ? session() : answer($ARGV[0]);
