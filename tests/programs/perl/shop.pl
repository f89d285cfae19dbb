#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Stands still somewhere deep, having told where: shop.pl WHERE FILE. What caller() says of each call goes into FILE,
# innermost first: "  FUNCTION FILE:LINE". Then "ready".
use strict;
use warnings;

my ($where, $file) = @ARGV;

sub stand {
    my ($at, $line) = (__FILE__, __LINE__ + 9);    # where it stands
    open(my $out, '>', $file) or die $!;
    for (my $i = 0; my @caller = caller($i); ++$i) {
        print $out "  $caller[3] $at:$line\n";
        ($at, $line) = @caller[1, 2];
    }
    print $out "  main program $at:$line\n";
    close($out);
    $| = 1;
    print "ready\n" and select(undef, undef, undef, 1000) while 1;
}

package Shop::Cart;
sub new { return bless {}, shift }
sub total {
    my $self = shift;
    for my $item (@_) { main::stand() if $item > 1; }
    return 0;
}
sub DESTROY { main::stand() if $where eq 'destroy' }

package Shop::Tied;
sub TIESCALAR { return bless [], shift }
sub FETCH { main::stand(); return 1 }

package main;

sub by_price { Shop::Cart->new->total(1, 2) if $where eq 'sort'; return $a <=> $b }
sub deep { my $left = shift; return $left ? deep($left - 1) : Shop::Cart->new->total(3) }

my %ways = (
    method => sub { Shop::Cart->new->total(1, 2, 3) },
    eval => sub { eval { eval "Shop::Cart->new->total(2)"; die $@ if $@; } },
    sort => sub { my @sorted = sort by_price 3, 2, 1 },
    destroy => sub { my $cart = Shop::Cart->new; undef $cart },
    tied => sub { tie my $price, 'Shop::Tied'; my $sum = $price + 1 },
    deep => sub { deep(3000) },
    signal => sub { local $SIG{ALRM} = \&stand; alarm 1; select(undef, undef, undef, 100) },
);
# A sub without a name of its own in the table of symbols.
use feature 'lexical_subs';
no warnings 'experimental::lexical_subs';
my sub unseen { stand() }
$ways{named} = sub { unseen() };
if ($where eq 'required') { stand() } else { $ways{$where}->() }
