#!/usr/bin/env bash
# footage.sh DIR: the archive's footage, made from the repository's samples: enough moments to scroll, repeats to fold, two cameras,
# a format that browsers do not play, 29.97 frames a second with drop-frame timecode, and a file that is no video.
set -euo pipefail
root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
to=$1
mkdir -p -- "$to/plain" "$to/gate" "$to/park" "$to/later" "$to/sent"

# Seven looks of one sample, three times as fast, in one pass.
looks() { # sample, folder
  local filters=(hflip 'hue=h=90' 'hue=s=0' vflip negate 'crop=iw/1.7:ih/1.7' 'hue=h=200:s=1.3') graph outputs=() i
  graph="[0:v]setpts=PTS/3,fps=10,scale=480:-2,split=${#filters[@]}"
  for i in "${!filters[@]}"; do graph+="[in$i]"; done
  for i in "${!filters[@]}"; do
    graph+=";[in$i]${filters[i]},scale=480:270,setsar=1[out$i]"
    outputs+=(-map "[out$i]" -c:v libx264 -preset ultrafast -g 10 -pix_fmt yuv420p "$to/$2/$2-$((i + 1)).mp4")
  done
  ffmpeg -nostdin -y -loglevel error -i "$root/samples/$1.mp4" -filter_complex "$graph" "${outputs[@]}"
}

cp -- "$root"/samples/*.mp4 "$to/plain/"
looks garden-walk gate
looks space-day park
# Two seconds in, the minute ends whose successor lacks its first two numbers.
ffmpeg -nostdin -y -loglevel error -i "$root/samples/garden-walk.mp4" -an -t 12 -vf 'scale=640:-2' -r 30000/1001 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -timecode '00:00:58;00' "$to/plain/match-2997.mp4"
ffmpeg -nostdin -y -loglevel error -i "$root/samples/space-day.mp4" -t 9 -vf 'scale=480:-2' -c:v mpeg4 -q:v 6 -c:a mp3 "$to/plain/old-camera.avi"
head -c 60000 "$root/samples/bunny.mp4" >"$to/later/cut-off.mp4"
ffmpeg -nostdin -y -loglevel error -f lavfi -i 'mandelbrot=size=320x180:rate=10' -t 4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p "$to/later/later.mp4"
ffmpeg -nostdin -y -loglevel error -f lavfi -i 'testsrc2=size=320x180:rate=10' -t 3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p "$to/sent/sent.mp4"
