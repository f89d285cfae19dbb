# SPDX-License-Identifier: MIT
# bash completion for rampwatch(1). tests/pages/completions.sh compares it with --help.

_rampwatch_names() {  # names that --name can take, as far as the kernel tells them
    cat /proc/[0-9]*/comm 2>/dev/null | sort -u
}

_rampwatch_targets() { rampwatch history list 2>/dev/null | awk 'NR > 1 { print $1 }'; }

_rampwatch_pids() { (cd /proc && printf '%s\n' [0-9]*); }

_rampwatch() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
    COMPREPLY=()

    local target='-p --pid --pidfile --name --wait'
    local judged='--patience --min-growth --min-count'
    local judge="$judged --explain"
    local stacks='--backend --stop --max-stop --stack-bytes --dump-timeout --pprof --show-args'
    local history='--history-dir --history-name --history-group --history-keep'
    local -A options=(
        [look]="$target --format --pprof --show-args"
        [watch]="$target $judge $stacks -i --interval --for --samples --exit-on-leak --format -q --quiet
                 --record --dump-dir --dump-every --no-dumps --heap --heap-sample --leak-status --history $history --state --save
                 --unit --tree --follow --processes --linger --config --textfile --listen --leak-file --on-leak"
        [analyze]="$judge --format --by --columns"
        [heap]="$target --for --baseline --heap-sample --timeout --format"
        [diff]="--format"
        [check-config]=""
        [rules]="--query --preset --min-growth -o --output"
        [serve]="--listen --dir"
        [drill]=""
        [group]="--format -o --output"
        [report]="--target --since --until --format --only -o --output -q --quiet --history-dir --state-dir"
        [ack]="--until --history-dir --state-dir"
        [status]="--history-dir --state-dir --format"
        [sample]="$target $judged $stacks $history --no-dumps --unit --tree"
        [scan]="--for -i --interval --top --format"
        [fleet]="--prometheus --query --preset --source --since --until --step $judged --shard --jobs --bearer-file
                 --basic-auth-file --header --ca-file --timeout --only --top --format -o --output --textfile"
        [history]="--history-dir --format --before --history-keep"
        [dump]="$target $stacks --unit --tree --dry-run --memory --format -o --output"
    )

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            look | watch | analyze | dump | heap | diff | group | history | report | ack | status | sample | scan | fleet | rules | check-config | serve | drill) command=${COMP_WORDS[i]} ;;
            analyse) command=analyze ;;
            stacks) command=dump ;;
            *) continue ;;
        esac
        [ -z "$command" ] || break
    done
    for ((; i < COMP_CWORD; i++)); do  # what follows "--" is another command's
        [ "${COMP_WORDS[i]}" = -- ] || continue
        if declare -F _command_offset >/dev/null; then
            _command_offset $((i + 1))
        else
            mapfile -t COMPREPLY < <(compgen -c -- "$word"; compgen -f -- "$word")
        fi
        return
    done

    local from=''
    case $before in
        --pidfile | --record | --config | --textfile | --leak-file | --dir | --state | --save | --dump-dir | --history-dir | --state-dir | -o | --output | --bearer-file | --basic-auth-file | --ca-file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --listen) from=127.0.0.1:9477 ;;
        --prometheus) from=http://127.0.0.1:9090 ;;
        --preset) from='process container jvm node' ;;
        --source) from='auto export remote-read range' ;;
        --query | --header) return ;;
        --shard) from='0/16' ;;
        --jobs) from='1 2 4' ;;
        --step) from='30s 1m 5m' ;;
        --timeout) from='10s 30s 2m' ;;
        --on-leak) return ;;
        --unit) from=$(systemctl list-units --type=service --no-legend --plain 2>/dev/null | cut -d' ' -f1) ;;
        --processes) from='all main' ;;
        --linger) from='1m 10m 1h' ;;
        -p | --pid | --tree) from=$(_rampwatch_pids) ;;
        --name) from=$(_rampwatch_names) ;;
        --format)
            case $command in
                dump | group) from='text json folded pprof' ;;
                heap) from='text json pprof' ;;
                history) from='text json csv' ;;
                report | fleet) from='text html json' ;;
                *) from='text json' ;;
            esac
            ;;
        --history-group) from=$(cut -d: -f1 /etc/group) ;;
        --history-keep) from='48h,30d,400d' ;;
        --before) from='30d 90d' ;;
        --only) from='all leaks' ;;
        --since) from='24h 7d 30d' ;;
        --until) [ "$command" = ack ] && from='3d 7d' || from='1h 24h' ;;
        --top) from='5 20 0' ;;
        --target) from=$(_rampwatch_targets) ;;
        --history-name) return ;;
        --backend) from='auto native eu-stack gdb' ;;
        --stop) from='none running all' ;;
        --pprof) from='auto http://127.0.0.1:6060' ;;
        --dump-every) from='1m 5m 1h' ;;
        --max-stop) from='5ms 20ms 100ms' ;;
        --stack-bytes) from='16K 64K 256K' ;;
        --patience) from='20m 2h 9h 1d' ;;
        -i | --interval) from='100ms 1s 10s 1m' ;;
        --for) from='10m 1h 1d' ;;
        --dump-timeout) from='10s 30s 2m' ;;
        --min-growth) from='1M 16M 100M' ;;
        --min-count | --samples | --leak-status) return ;;
        *)
            if [ -z "$command" ] && [[ $word == -* ]]; then
                from='-h --help -V --version'
            elif [ -z "$command" ] && [[ $word == [0-9]* ]]; then
                from=$(_rampwatch_pids)
            elif [ -z "$command" ]; then
                from="look watch analyze analyse dump stacks heap diff group history report ack status sample scan fleet rules check-config serve drill"
            elif [[ $word == -* ]]; then
                from="${options[$command]} -h --help"
            elif [ "$command" = history ]; then
                from='list export prune check'
            elif [ "$command" = ack ]; then
                from=$(_rampwatch_targets)
            elif [[ $command =~ ^(report|status|scan|fleet|rules|serve)$ ]]; then
                return
            elif [[ $command == @(analyze|diff|group|check-config) ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
                return
            else
                from=$(_rampwatch_pids)
            fi
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$from" -- "$word")
}

complete -F _rampwatch rampwatch
