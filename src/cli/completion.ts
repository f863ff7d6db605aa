import { AppError } from '../model/errors.ts'

/** A script that makes the shell ask `flux-compare __complete`; to be sourced. */
export function completionScript(shell: string): string {
  const script = SCRIPTS[shell as keyof typeof SCRIPTS]
  if (Object.hasOwn(SCRIPTS, shell)) return script
  throw new AppError('input-invalid', `there is no completion for the shell ${JSON.stringify(shell)}`, {
    hint: `Known: ${Object.keys(SCRIPTS).join(', ')}. For example: source <(flux-compare completion bash)`,
  })
}

const BASH = `# bash completion for flux-compare; load with: source <(flux-compare completion bash)
_flux_compare() {
  local out directive line word quote='' prefix='' rest=\${COMP_LINE:0:COMP_POINT} i
  local -a words=()
  COMPREPLY=()
  # bash splits words at : = @, also inside a context name such as an ARN: put together what no space divides.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    line=\${rest#"\${rest%%[![:space:]]*}"}
    [[ $i -lt $COMP_CWORD || $line == "$word"* ]] || word=$line
    if ((i > 0)) && [[ $line == "$rest" ]]; then
      prefix=\${words[-1]}
      words[-1]+=$word
    else
      prefix=''
      words+=("$word")
    fi
    rest=\${line#"$word"}
  done
  [[ $word == [:=@] ]] && prefix=\${words[-1]}
  [[ \${words[-1]} == [\\"\\']* ]] && quote=\${words[-1]:0:1}
  for i in "\${!words[@]}"; do
    word=\${words[i]//\\\\/}
    word=\${word//\\"/}
    words[i]=\${word//\\'/}
  done
  out=$("\${words[0]/#\\~/$HOME}" __complete "\${words[@]:1}" 2>/dev/null) || return
  directive=\${out##*:}
  out=\${out%:*}
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    [[ -n $line ]] || continue
    [[ -n $quote ]] || printf -v line '%q' "$line"
    COMPREPLY+=("\${line#"$prefix"}")
  done <<<"$out"
  if [ \${#COMPREPLY[@]} -eq 0 ] && [ $((directive & 4)) -eq 0 ]; then
    compopt -o default 2>/dev/null
  fi
}
complete -F _flux_compare flux-compare
`

const ZSH = `#compdef flux-compare
# zsh completion for flux-compare; load with: source <(flux-compare completion zsh)
_flux_compare() {
  local out directive line
  local -a words_described
  out=$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null) || return
  directive=\${out##*:}
  out=\${out%:*}
  for line in \${(f)out}; do
    words_described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#words_described} )); then
    _describe 'flux-compare' words_described
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _flux_compare flux-compare
`

const FISH = `# fish completion for flux-compare; load with: flux-compare completion fish | source
function __flux_compare_complete
  set -l args (commandline -opc) (commandline -ct)
  for line in ($args[1] __complete $args[2..-1] 2>/dev/null)
    string match -q -r '^:\\d+$' -- $line; or echo $line
  end
end
complete -c flux-compare -f -a '(__flux_compare_complete)'
complete -c flux-compare -l kubeconfig -r -F
`

const POWERSHELL = `# PowerShell completion for flux-compare; load with: flux-compare completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName flux-compare -ScriptBlock {
  param($word, $ast, $position)
  $parts = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $parts += '""' }
  & flux-compare __complete @parts 2>$null | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object {
    $text, $help = $_ -split "\`t", 2
    [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $(if ($help) { $help } else { $text }))
  }
}
`

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL }
