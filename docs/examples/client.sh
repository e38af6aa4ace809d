#!/usr/bin/env bash
# Hubbub with curl: sign in, post with a picture, open a conversation, send, read what one missed, sign out.
#
#   docs/examples/client.sh picture.jpg          against http://localhost:8000, as the demo people ana and ben
#   HUBBUB_URL=https://hubbub.example ANA=… BEN=… PASSWORD=… docs/examples/client.sh picture.jpg
#
# Needs curl and jq. curl keeps no socket open, so messages go over REST here; client.py and client.mjs use the socket.
set -euo pipefail
url=${HUBBUB_URL:-http://localhost:8000}
picture=${1:?"usage: client.sh PICTURE"}

# call METHOD PATH [curl options]: the "data" of the answer, or the error's own words and an end.
call() {
    local method=$1 path=$2 answer
    shift 2
    answer=$(curl --silent --show-error --request "$method" "$url/api/v1/$path" "$@")
    [ -n "$answer" ] || return 0 # 204: nothing to say
    if [ "$(jq .success <<<"$answer")" != true ]; then
        jq --raw-output '"\(.error.code): \(.error.message)"' <<<"$answer" >&2
        return 1
    fi
    jq --compact-output .data <<<"$answer"
}

json() { jq --null-input --compact-output "$@"; }

# Whoever writes programs signs in once and keeps the tokens. Passwords go through standard input, where other users of the machine do not see them.
sign_in() {
    json --arg username "$1" --arg password "${PASSWORD:-hubbub-demo}" '$ARGS.named' |
        call POST auth/sign-in --header "Content-Type: application/json" --data @- | jq --raw-output .access_token
}

ana=$(sign_in "${ANA:-ana}")
ben=$(sign_in "${BEN:-ben}")
as_ana=(--header "Authorization: Bearer $ana")
as_ben=(--header "Authorization: Bearer $ben")
typed=(--header "Content-Type: application/json")
echo "signed in as $(call GET users/me "${as_ana[@]}" | jq --raw-output .name)"

# The simple way to send a file: a form. It is checked and made into sizes in the background.
upload=$(call POST uploads "${as_ana[@]}" --form kind=image --form "file=@$picture" | jq --raw-output .id)
for _ in $(seq 60); do
    state=$(call GET "uploads/$upload" "${as_ana[@]}" | jq --raw-output .state)
    [ "$state" = processing ] || break
    sleep 0.5
done
[ "$state" = ready ] || { echo "the picture is $state" >&2; exit 1; }

# The key makes it safe to send this again after a lost answer: it stays one post.
post=$(json --arg upload "$upload" '{body: "Posted with *curl*.", images: [{upload: $upload, alt: "A picture from a shell."}]}' |
    call POST posts "${as_ana[@]}" "${typed[@]}" --header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)" --data @-)
echo "posted $(jq --raw-output .id <<<"$post") with $(jq '.images | length' <<<"$post") picture"

# The same conversation, however often and by whichever of the two it is asked for.
conversation=$(json --arg user "${BEN:-ben}" '$ARGS.named' | call POST conversations/direct "${as_ana[@]}" "${typed[@]}" --data @-)
id=$(jq --raw-output .id <<<"$conversation")
seen=$(jq .last_seq <<<"$conversation")

temp_id=$(date +%s)-$$
message=$(json --arg temp_id "$temp_id" '{body: "Hello from curl.", $temp_id}')
sent=$(call POST "conversations/$id/messages" "${as_ana[@]}" "${typed[@]}" --data "$message")
again=$(call POST "conversations/$id/messages" "${as_ana[@]}" "${typed[@]}" --data "$message") # the same temp_id: the same message
[ "$(jq .seq <<<"$sent")" = "$(jq .seq <<<"$again")" ]
echo "sent message $(jq .seq <<<"$sent")"

# Ben was away: what came after the last message he has, oldest first.
call GET "conversations/$id/messages?after_seq=$seen" "${as_ben[@]}" | jq --raw-output '.[] | "missed \(.seq): \(.body)"'
call POST "conversations/$id/read" "${as_ben[@]}" "${typed[@]}" --data '{}' >/dev/null

call POST auth/sign-out "${as_ana[@]}"
call POST auth/sign-out "${as_ben[@]}"
echo "signed out"
