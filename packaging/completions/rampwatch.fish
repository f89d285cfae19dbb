# SPDX-License-Identifier: MIT
# fish completion for rampwatch(1). tests/pages/completions.sh compares it with --help.

function __rampwatch_using --description 'the command line is one of these commands'
    set -l words (commandline -opc)
    contains -- -- $words; and return 1
    for word in $argv
        contains -- $word $words; and return 0
    end
    return 1
end

function __rampwatch_names
    cat /proc/[0-9]*/comm 2>/dev/null | sort -u
end

set -l all look watch analyze analyse dump stacks diff group
set -l target '__rampwatch_using look watch dump stacks'
set -l judge '__rampwatch_using watch analyze analyse'
set -l watch '__rampwatch_using watch'
set -l dump '__rampwatch_using dump stacks'
set -l stacks '__rampwatch_using watch dump stacks'
set -l first "not __fish_seen_subcommand_from $all"

complete -c rampwatch -f
complete -c rampwatch -n $first -a look -d 'what a process is and where its memory is'
complete -c rampwatch -n $first -a watch -d 'judge a process while it runs'
complete -c rampwatch -n $first -a 'analyze analyse' -d 'judge recorded samples'
complete -c rampwatch -n $first -a 'dump stacks' -d 'stacks of all threads, identical ones counted'
complete -c rampwatch -n $first -a diff -d 'compare two saved dumps'
complete -c rampwatch -n $first -a group -d 'group stacks that others wrote'
complete -c rampwatch -n $first -a '(__fish_complete_pids)'
complete -c rampwatch -n $first -s V -l version -d 'print the version'
complete -c rampwatch -s h -l help -d 'print a summary of options'

complete -c rampwatch -n $target -a '(__fish_complete_pids)'
complete -c rampwatch -n $target -s p -l pid -x -a '(__fish_complete_pids)' -d 'the process with this number'
complete -c rampwatch -n $target -l pidfile -r -F -d 'the process whose number is in this file'
complete -c rampwatch -n $target -l name -x -a '(__rampwatch_names)' -d 'the process with this name'
complete -c rampwatch -n $target -l wait -d 'wait until there is such a process'
complete -c rampwatch -n $target -l show-args -d 'show the command line'

complete -c rampwatch -n $judge -l patience -x -a '20m 2h 9h 1d' -d 'how long a rise must last to be a leak'
complete -c rampwatch -n $judge -l min-growth -x -a '1M 16M 100M' -d 'smallest growth of memory that counts'
complete -c rampwatch -n $judge -l min-count -x -d 'smallest growth of counts that counts'
complete -c rampwatch -n $judge -l explain -d 'show every question that a rise was asked'
complete -c rampwatch -n '__rampwatch_using look watch analyze analyse' -l format -x -a 'text json' -d 'of the output'

complete -c rampwatch -n $stacks -l backend -x -a 'auto native eu-stack gdb' -d 'how stacks are read'
complete -c rampwatch -n $stacks -l stop -x -a 'none running all' -d 'which running threads may be stopped'
complete -c rampwatch -n $stacks -l max-stop -x -a '5ms 20ms 100ms' -d 'how long threads may be held'
complete -c rampwatch -n $stacks -l dump-timeout -x -a '10s 30s 2m' -d 'how long a dump may take'

complete -c rampwatch -n $watch -s i -l interval -x -a '100ms 1s 10s 1m' -d 'time between two samples'
complete -c rampwatch -n $watch -l for -x -a '10m 1h 1d' -d 'end the watch after this time'
complete -c rampwatch -n $watch -l samples -x -d 'end the watch after so many samples'
complete -c rampwatch -n $watch -l exit-on-leak -d 'end the watch when a leak is confirmed'
complete -c rampwatch -n $watch -s q -l quiet -d 'say nothing until there is something to say'
complete -c rampwatch -n $watch -l record -r -F -d 'write samples to this CSV file'
complete -c rampwatch -n $watch -l dump-dir -x -a '(__fish_complete_directories)' -d 'keep the newest dumps in this directory'
complete -c rampwatch -n $watch -l dump-every -x -a '1m 5m 1h' -d 'how often to read stacks while growth is suspected'
complete -c rampwatch -n $watch -l no-dumps -d 'read no stacks'
complete -c rampwatch -n $watch -l leak-status -x -d 'exit status for a leak, with a command'

complete -c rampwatch -n '__rampwatch_using group' -F
complete -c rampwatch -n '__rampwatch_using group' -l format -x -a 'text json folded pprof' -d 'of the output'
complete -c rampwatch -n '__rampwatch_using group' -s o -l output -r -F -d 'write to this file'
complete -c rampwatch -n '__rampwatch_using diff' -F
complete -c rampwatch -n '__rampwatch_using diff' -l format -x -a 'text json' -d 'of the output'
complete -c rampwatch -n $dump -l format -x -a 'text json folded pprof' -d 'of the output'
complete -c rampwatch -n $dump -s o -l output -r -F -d 'write to this file'

complete -c rampwatch -n '__rampwatch_using analyze analyse' -F
complete -c rampwatch -n 'contains -- -- (commandline -opc)' -a '(__fish_complete_subcommand --fcs-skip=2)'
