# SPDX-License-Identifier: MIT
# offers_of.zsh COMPLETIONS_DIR "COMMAND LINE"...: for each line "== LINE", and what an interactive zsh lists when TAB
# is pressed at its end, a word a line. The lists are read from a pseudo-terminal high enough to hold them.
zmodload zsh/zpty
zpty shell zsh -f -i

read_until() {  # MARK: what came before it
    local piece
    heard=
    while zpty -r shell piece; do
        heard+=$piece
        [[ $heard != *$1* ]] || return 0
    done
    print -ru2 -- "zsh ended: $heard"
    exit 1
}

zpty -w shell "PS1= PS2= RPS1= TERM=dumb; stty -echo rows 2000 cols 200; LISTMAX=100000; unsetopt list_ambiguous"
zpty -w shell "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'listed() { print -r -- " list"ed; BUFFER= }; zle -N listed; bindkey "^X" listed; print -r -- beg"un"'
read_until begun

for line in "${@:2}"; do
    print -r -- "== $line"
    zpty -w -n shell "$line"$'\t\x18'
    read_until listed
    # A line of the list is "word  word  -- what it is"; words without an explanation stand in columns.
    for row in ${(f)heard}; do
        row=${${row//$'\r'/ }%% -- *}
        print -rl -- ${=row}
    done
done
zpty -d shell
