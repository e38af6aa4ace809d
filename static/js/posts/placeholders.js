// The average colour of a picture, from its blurhash, until the picture is there. Its place is reserved by width and height.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

export function startPlaceholder(image) {
  const hash = image.dataset.blurhash;
  if (image.complete || hash.length < 6) return;
  let colour = 0;
  for (const digit of hash.slice(2, 6)) colour = colour * 83 + DIGITS.indexOf(digit);
  image.style.backgroundColor = `#${colour.toString(16).padStart(6, "0")}`;
}
