// Emoji by the names Slack gives them, and what each platform offers first.

const NAMED = `
+1 👍;-1 👎;eyes 👀;white_check_mark ✅;heavy_check_mark ✔️;x ❌;heart ❤️;tada 🎉;raised_hands 🙌;pray 🙏;clap 👏;fire 🔥;
rocket 🚀;thinking_face 🤔;joy 😂;smile 😄;slightly_smiling_face 🙂;blush 😊;wink 😉;grinning 😀;sob 😭;cry 😢;
disappointed 😞;angry 😠;rage 😡;scream 😱;open_mouth 😮;sunglasses 😎;sweat_smile 😅;heart_eyes 😍;hugging_face 🤗;
star ⭐;star2 🌟;sparkles ✨;100 💯;zap ⚡;boom 💥;bulb 💡;warning ⚠️;rotating_light 🚨;sos 🆘;question ❓;
exclamation ❗;grey_question ❔;information_source ℹ️;no_entry ⛔;no_entry_sign 🚫;stop_sign 🛑;hourglass ⌛;
hourglass_flowing_sand ⏳;alarm_clock ⏰;clock1 🕐;stopwatch ⏱️;calendar 📆;date 📅;wave 👋;raised_hand ✋;hand ✋;
point_right 👉;point_left 👈;point_up 👆;point_down 👇;ok_hand 👌;muscle 💪;handshake 🤝;writing_hand ✍️;speech_balloon 💬;
thought_balloon 💭;left_speech_bubble 🗨️;mag 🔍;mag_right 🔎;memo 📝;pencil 📝;pencil2 ✏️;clipboard 📋;pushpin 📌;
round_pushpin 📍;paperclip 📎;link 🔗;lock 🔒;unlock 🔓;closed_lock_with_key 🔐;key 🔑;bell 🔔;no_bell 🔕;mega 📣;
loudspeaker 📢;email ✉️;envelope ✉️;incoming_envelope 📨;inbox_tray 📥;outbox_tray 📤;package 📦;ticket 🎫;
admission_tickets 🎟️;label 🏷️;bookmark 🔖;file_folder 📁;open_file_folder 📂;page_facing_up 📄;books 📚;book 📖;
bar_chart 📊;chart_with_upwards_trend 📈;chart_with_downwards_trend 📉;gear ⚙️;hammer 🔨;wrench 🔧;
hammer_and_wrench 🛠️;robot_face 🤖;computer 💻;iphone 📱;telephone ☎️;phone ☎️;camera 📷;credit_card 💳;moneybag 💰;
receipt 🧾;shopping_trolley 🛒;truck 🚚;house 🏠;couch_and_lamp 🛋️;bed 🛏️;chair 🪑;seedling 🌱;evergreen_tree 🌲;
deciduous_tree 🌳;herb 🌿;large_green_circle 🟢;large_yellow_circle 🟡;red_circle 🔴;large_blue_circle 🔵;
large_orange_circle 🟠;white_circle ⚪;black_circle ⚫;arrow_right ➡️;arrow_left ⬅️;arrow_up ⬆️;arrow_down ⬇️;
leftwards_arrow_with_hook ↩️;arrow_right_hook ↪️;arrows_counterclockwise 🔄;repeat 🔁;recycle ♻️;heavy_plus_sign ➕;
heavy_minus_sign ➖;one 1️⃣;two 2️⃣;three 3️⃣;four 4️⃣;five 5️⃣;shushing_face 🤫;face_with_monocle 🧐;sleeping 😴;zzz 💤;
bow 🙇;shrug 🤷;technologist 🧑‍💻;busts_in_silhouette 👥;bust_in_silhouette 👤;crown 👑;trophy 🏆;gift 🎁;coffee ☕;sun_with_face 🌞;
crescent_moon 🌙;rainbow 🌈;earth_africa 🌍;globe_with_meridians 🌐;ballot_box_with_check ☑️;ghost 👻;saluting_face 🫡
`;

const BY_NAME = new Map(
  NAMED.split(";").map((pair) => {
    const [name, character] = pair.trim().split(" ");
    return [name, character];
  }),
);

/** The character of a Slack name, or ":name:" as a workspace shows what it does not have. */
export function emojiCalled(name) {
  return BY_NAME.get(name.split("::")[0]) ?? `:${name}:`;
}

const SLACK_FIRST =
  "+1 white_check_mark eyes raised_hands heart tada joy pray clap fire rocket thinking_face wave ok_hand 100 star " +
  "bulb warning ticket hourglass_flowing_sand x -1 question sob";
const CHARACTERS_FIRST = "👍 ✅ 👀 🙌 ❤️ 🎉 😂 🙏 👏 🔥 🚀 🤔 👋 👌 💯 ⭐ 💡 ⚠️ 🎫 ⏳ ❌ 👎 ❓ 😭";
// Telegram takes only these as reactions.
const TELEGRAM_FIRST = "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 😢 🎉 🤩 🙏 👌 😍 💯 🤣 ⚡ 🏆 👀 🤝 ✍ 🤗 🫡 😎 😭 🤷";

/** What the reaction picker offers: pairs of what the platform is told and what a person sees. */
export function pickable(platform) {
  if (platform === "slack") return SLACK_FIRST.split(" ").map((name) => [name, emojiCalled(name)]);
  const characters = platform === "telegram" ? TELEGRAM_FIRST : CHARACTERS_FIRST;
  return characters.split(" ").map((character) => [character, character]);
}
