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

function __rampwatch_targets
    rampwatch history list 2>/dev/null | string split -f1 ' ' | tail -n +2
end

function __rampwatch_names
    cat /proc/[0-9]*/comm 2>/dev/null | sort -u
end

function __rampwatch_units
    systemctl list-units --type=service --no-legend --plain 2>/dev/null | string split -f1 ' '
end

set -l all look watch analyze analyse dump stacks heap diff group history report ack status sample scan fleet rules check-config serve drill
set -l target '__rampwatch_using look watch dump stacks sample'
set -l judged '__rampwatch_using watch analyze analyse sample fleet'
set -l judge '__rampwatch_using watch analyze analyse'
set -l analyze '__rampwatch_using analyze analyse'
set -l watch '__rampwatch_using watch'
set -l past '__rampwatch_using history'
set -l recorded '__rampwatch_using watch history report ack status sample'
set -l keeps '__rampwatch_using watch history sample'
set -l writes '__rampwatch_using watch sample'
set -l report '__rampwatch_using report'
set -l scan '__rampwatch_using scan'
set -l fleet '__rampwatch_using fleet'
set -l told '__rampwatch_using report ack status'
set -l dump '__rampwatch_using dump stacks'
set -l stacks '__rampwatch_using watch dump stacks sample'
set -l first "not __fish_seen_subcommand_from $all"

complete -c rampwatch -f
complete -c rampwatch -n $first -a look -d 'what a process is and where its memory is'
complete -c rampwatch -n $first -a watch -d 'judge a process while it runs'
complete -c rampwatch -n $first -a 'analyze analyse' -d 'judge recorded samples'
complete -c rampwatch -n $first -a 'dump stacks' -d 'stacks of all threads, identical ones counted'
complete -c rampwatch -n $first -a heap -d 'what fills the memory, by type'
complete -c rampwatch -n $first -a diff -d 'compare two saved dumps'
complete -c rampwatch -n $first -a group -d 'group stacks that other tools wrote'
complete -c rampwatch -n $first -a report -d 'report what the histories show'
complete -c rampwatch -n $first -a ack -d 'silence report --quiet about one target for a while'
complete -c rampwatch -n $first -a status -d 'one line per target that is watched or recorded'
complete -c rampwatch -n $first -a sample -d 'one sample into the history, for cron'
complete -c rampwatch -n $first -a scan -d 'sample all processes for a while: which grow'
complete -c rampwatch -n $first -a fleet -d 'judge what Prometheus has stored of many processes'
complete -c rampwatch -n $first -a rules -d 'write rules by which Prometheus itself warns of likely leaks'
complete -c rampwatch -n $first -a history -d 'list, export, prune and check what was recorded'
complete -c rampwatch -n $first -a check-config -d 'check files of options'
complete -c rampwatch -n $first -a serve -d 'serve the metrics of all watches of this host'
complete -c rampwatch -n $first -a drill -d 'send a test alarm through the watch of a service'
complete -c rampwatch -n $first -a '(__fish_complete_pids)'
complete -c rampwatch -n $first -s V -l version -d 'print the version'
complete -c rampwatch -s h -l help -d 'print a summary of options'

complete -c rampwatch -n $target -a '(__fish_complete_pids)'
complete -c rampwatch -n $target -s p -l pid -x -a '(__fish_complete_pids)' -d 'the process with this number'
complete -c rampwatch -n $target -l pidfile -r -F -d 'the process whose number is in this file'
complete -c rampwatch -n $target -l name -x -a '(__rampwatch_names)' -d 'the process with this name'
complete -c rampwatch -n $target -l wait -d 'wait until there is such a process'
complete -c rampwatch -n $target -l show-args -d 'show the command line'

complete -c rampwatch -n $judged -l patience -x -a '20m 2h 9h 1d' -d 'how long a rise must last to be a leak'
complete -c rampwatch -n $judged -l min-growth -x -a '1M 16M 100M' -d 'smallest growth of memory that counts'
complete -c rampwatch -n $judged -l min-count -x -d 'smallest growth of counts that counts'
complete -c rampwatch -n $judge -l explain -d 'show the evidence in four lines'
complete -c rampwatch -n $analyze -l by -x -d 'column that tells the series of a sorted stream'
complete -c rampwatch -n $analyze -l columns -x -d 'header of CSV without one'
complete -c rampwatch -n '__rampwatch_using look watch analyze analyse scan status' -l format -x -a 'text json' -d 'of the output'

complete -c rampwatch -n $stacks -l backend -x -a 'auto native eu-stack gdb' -d 'how stacks are read'
complete -c rampwatch -n $stacks -l stop -x -a 'none running all' -d 'which running threads may be stopped'
complete -c rampwatch -n $stacks -l max-stop -x -a '5ms 20ms 100ms' -d 'how long threads may be stopped'
complete -c rampwatch -n $stacks -l stack-bytes -x -a '16K 64K 256K' -d 'how much of each stack is copied at first'
complete -c rampwatch -n $stacks -l dump-timeout -x -a '10s 30s 2m' -d 'how long a dump may take'

complete -c rampwatch -n '__rampwatch_using look watch sample dump stacks' -l pprof -x -a 'auto http://127.0.0.1:6060' -d 'goroutines from its own profile'

complete -c rampwatch -n $watch -s i -l interval -x -a '100ms 1s 10s 1m' -d 'time between two samples'
complete -c rampwatch -n '__rampwatch_using watch sample dump stacks' -l unit -x -a '(__rampwatch_units)' -d 'this service of systemd'
complete -c rampwatch -n '__rampwatch_using watch sample dump stacks' -l tree -x -a '(__fish_complete_pids)' -d 'this process and its children'
complete -c rampwatch -n $watch -l processes -x -a 'all main' -d 'which processes of a service or a tree'
complete -c rampwatch -n $watch -l textfile -r -F -d 'keep metrics in this file'
complete -c rampwatch -n '__rampwatch_using watch serve' -l listen -x -a 127.0.0.1:9477 -d 'serve metrics at this address'
complete -c rampwatch -n '__rampwatch_using serve' -l dir -x -a '(__fish_complete_directories)' -d 'the directory of their files'
complete -c rampwatch -n $watch -l leak-file -r -F -d 'keep the event in this file while there is a leak'
complete -c rampwatch -n $watch -l on-leak -x -d 'run this when a leak is reported'
complete -c rampwatch -n $watch -l config -r -F -d 'options from this file'
complete -c rampwatch -n $watch -l follow -d 'go on with the next process that matches'
complete -c rampwatch -n $watch -l linger -x -a '1m 10m 1h' -d 'end when the service has been inactive for this long'
complete -c rampwatch -n $watch -l for -x -a '10m 1h 1d' -d 'end the watch after this time'
complete -c rampwatch -n $watch -l samples -x -d 'end the watch after this many samples'
complete -c rampwatch -n $watch -l exit-on-leak -d 'end the watch when a leak is confirmed'
complete -c rampwatch -n $watch -s q -l quiet -d 'print nothing until there is something to report'
complete -c rampwatch -n $watch -l record -r -F -d 'write samples to this CSV file'
complete -c rampwatch -n $watch -l heap -x -a 'on off' -d 'what grew by type'
complete -c rampwatch -n $watch -l heap-sample -x -a '16M 64M 256M' -d 'how much of the heap is read'
complete -c rampwatch -n $watch -l dump-dir -x -a '(__fish_complete_directories)' -d 'keep the newest dumps in this directory'
complete -c rampwatch -n $watch -l dump-every -x -a '1m 5m 1h' -d 'how often to read stacks while growth is suspected'
complete -c rampwatch -n $writes -l no-dumps -d 'read no stacks'
complete -c rampwatch -n $watch -l leak-status -x -d 'exit status for a leak, with a command'

complete -c rampwatch -n '__rampwatch_using group' -F
complete -c rampwatch -n '__rampwatch_using group' -l format -x -a 'text json folded pprof' -d 'of the output'
complete -c rampwatch -n '__rampwatch_using group' -s o -l output -r -F -d 'write to this file'
complete -c rampwatch -n '__rampwatch_using heap' -a '(__fish_complete_pids)'
complete -c rampwatch -n '__rampwatch_using heap' -s p -l pid -x -a '(__fish_complete_pids)' -d 'the process with this number'
complete -c rampwatch -n '__rampwatch_using heap' -l pidfile -r -F -d 'the process whose number is in this file'
complete -c rampwatch -n '__rampwatch_using heap' -l name -x -a '(__rampwatch_names)' -d 'the process with this name'
complete -c rampwatch -n '__rampwatch_using heap' -l wait -d 'wait until there is such a process'
complete -c rampwatch -n '__rampwatch_using heap' -l for -x -a '1m 10m 1h' -d 'look twice, this long apart'
complete -c rampwatch -n '__rampwatch_using heap' -l baseline -r -F -d 'what grew since this file was written'
complete -c rampwatch -n '__rampwatch_using heap' -l heap-sample -x -a '16M 64M 256M' -d 'how much of the heap is read'
complete -c rampwatch -n '__rampwatch_using heap' -l timeout -x -a '10s 30s 2m' -d 'how long a look may take'
complete -c rampwatch -n '__rampwatch_using heap' -l format -x -a 'text json pprof' -d 'of the output'
complete -c rampwatch -n '__rampwatch_using diff' -F
complete -c rampwatch -n '__rampwatch_using check-config' -F
complete -c rampwatch -n '__rampwatch_using diff' -l format -x -a 'text json' -d 'of the output'
complete -c rampwatch -n $watch -l history -d 'record all of it for report'
complete -c rampwatch -n $writes -l history-name -x -d 'what the target is called there'
complete -c rampwatch -n $writes -l history-group -x -a '(__fish_complete_groups)' -d 'let this group read the history'
complete -c rampwatch -n $watch -l state -r -F -d 'keep what was learned in this file'
complete -c rampwatch -n $recorded -l history-dir -x -a '(__fish_complete_directories)' -d 'directory of histories'
complete -c rampwatch -n $keeps -l history-keep -x -a '48h,30d,400d' -d 'ages at which samples are thinned out and deleted'
complete -c rampwatch -n $watch -l save -r -F -d 'keep a page of it in this HTML file'
complete -c rampwatch -n $told -l state-dir -x -a '(__fish_complete_directories)' -d 'directory of acknowledgements and of what was reported'
complete -c rampwatch -n '__rampwatch_using report ack' -l until -x -a '3d 7d' -d 'until then'
complete -c rampwatch -n $report -l target -x -a '(__rampwatch_targets)' -d 'only this target'
complete -c rampwatch -n $report -l since -x -a '24h 7d 30d' -d 'show what happened since then'
complete -c rampwatch -n $report -l format -x -a 'text html json' -d 'of the output'
complete -c rampwatch -n $report -l only -x -a 'all leaks' -d 'which targets'
complete -c rampwatch -n $report -s o -l output -r -F -d 'write to this file'
complete -c rampwatch -n $report -s q -l quiet -d 'nothing unless there is news'
complete -c rampwatch -n '__rampwatch_using ack' -a '(__rampwatch_targets)'
complete -c rampwatch -n $scan -l for -x -a '1m 10m 12h' -d 'how long to look'
complete -c rampwatch -n $scan -s i -l interval -x -a '1s 10s' -d 'time between two samples'
complete -c rampwatch -n $scan -l top -x -a '5 20 0' -d 'show this many'
complete -c rampwatch -n $fleet -l prometheus -x -a 'http://127.0.0.1:9090' -d 'the server'
complete -c rampwatch -n $fleet -l query -x -d 'a metric with labels'
complete -c rampwatch -n $fleet -l preset -x -a 'process container jvm node' -d 'which metrics belong together'
complete -c rampwatch -n $fleet -l source -x -a 'auto export remote-read range' -d 'how values are fetched'
complete -c rampwatch -n $fleet -l since -x -a '9d 30d' -d 'from then on'
complete -c rampwatch -n $fleet -l until -x -d 'until then'
complete -c rampwatch -n $fleet -l step -x -a '30s 1m 5m' -d 'time between two samples'
complete -c rampwatch -n $fleet -l shard -x -a '0/16' -d 'only these targets'
complete -c rampwatch -n $fleet -l jobs -x -a '1 2 4' -d 'requests at once'
complete -c rampwatch -n $fleet -l bearer-file -r -F -d 'send the token in this file'
complete -c rampwatch -n $fleet -l basic-auth-file -r -F -d 'send USER:PASSWORD from this file'
complete -c rampwatch -n $fleet -l header -x -d 'send this header'
complete -c rampwatch -n $fleet -l ca-file -r -F -d 'trust these certificates'
complete -c rampwatch -n $fleet -l timeout -x -a '10s 30s 2m' -d 'how long the server may be silent'
complete -c rampwatch -n $fleet -l only -x -a 'all leaks' -d 'which targets'
complete -c rampwatch -n $fleet -l format -x -a 'text html json' -d 'of the output'
complete -c rampwatch -n $fleet -l top -x -a '5 20 0' -d 'show this many lines'
complete -c rampwatch -n $fleet -s o -l output -r -F -d 'write to this file'
complete -c rampwatch -n $fleet -l textfile -r -F -d 'metrics of what was found'
complete -c rampwatch -n $past -a 'list export prune check'
complete -c rampwatch -n $past -l format -x -a 'text json csv' -d 'of list, of export'
complete -c rampwatch -n $past -l before -x -a '30d 90d' -d 'delete everything older'

complete -c rampwatch -n $dump -l memory -d 'also show what the memory consists of'
complete -c rampwatch -n $dump -l dry-run -d 'say whether it would work'
complete -c rampwatch -n $dump -l format -x -a 'text json folded pprof' -d 'of the output'
complete -c rampwatch -n $dump -s o -l output -r -F -d 'write to this file'

complete -c rampwatch -n '__rampwatch_using analyze analyse' -F
complete -c rampwatch -n 'contains -- -- (commandline -opc)' -a '(__fish_complete_subcommand --fcs-skip=2)'
complete -c rampwatch -n '__rampwatch_using rules' -l query -x -d 'a gauge in bytes, with labels'
complete -c rampwatch -n '__rampwatch_using rules' -l preset -x -a 'process container jvm node' -d 'memory metric of this preset of fleet'
complete -c rampwatch -n '__rampwatch_using rules' -l min-growth -x -d 'smallest growth in a day that counts'
complete -c rampwatch -n '__rampwatch_using rules' -s o -l output -r -F -d 'write to this file'
