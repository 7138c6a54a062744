/**
 * A script for a shell that is process 1 of new namespaces: it makes the files of an image the whole file system,
 * read-only but for /tmp and volumes, gives up all rights, and becomes the command.
 *
 * Arguments: folder, user:group, working directory, volumes (`folder:path:ro` or `…:rw`), `--`, variables
 * (`NAME=value`), command.
 */
export const ENTER_IMAGE = `
set -eu
root=$1 user=$2 directory=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o noexec,nosuid,nodev tmpfs "$root/tmp"
while [ "$1" != -- ]; do
  from=\${1%%:*} to=\${1#*:}
  path=$root\${to%:*}
  mkdir -p "$path"
  mount --bind "$from" "$path"
  if [ "\${to##*:}" = ro ]; then mount -o remount,bind,ro "$path"; fi
  shift
done
shift
mount -o remount,bind,ro "$root"
# The change of the user forgets who dies with whom.
exec chroot "$root" setpriv --pdeathsig KILL --reuid "\${user%:*}" --regid "\${user#*:}" --clear-groups \\
  --no-new-privs --bounding-set=-all --inh-caps=-all \\
  env --ignore-environment --chdir "$directory" "$@"
`;
