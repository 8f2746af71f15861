// Drawn for this page on a grid of 24, stroke 1.75.

const shapes = {
  search: <><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" /></>,
  library: <><rect x="3.5" y="5" width="17" height="14" rx="2.5" /><path d="M8 5v14M16 5v14M3.5 12h17" /></>,
  ingest: <><path d="M12 4v10m0 0 4-4m-4 4-4-4" /><path d="M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3" /></>,
  pulse: <path d="M3 12h4l2.5-7 5 14L17 12h4" />,
  basket: <><path d="M4 9h16l-1.5 9.2A2 2 0 0 1 16.5 20h-9a2 2 0 0 1-2-1.8z" /><path d="m8 9 3-5m5 5-3-5" /></>,
  picture: <><rect x="3.5" y="4.5" width="17" height="15" rx="2.5" /><circle cx="9" cy="10" r="1.6" /><path d="m4 17 5-4 3.5 2.5L16 12l4.5 4" /></>,
  minus: <path d="M6 12h12" />,
  plus: <path d="M12 5v14M5 12h14" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  check: <path d="m5 12.5 4.5 4.5L19 7" />,
  filter: <path d="M4 6h16M7 12h10M10 18h4" />,
  play: <path d="M8 5.5v13l11-6.5z" fill="currentColor" stroke-linejoin="round" />,
  pause: <><path d="M8.5 5.5v13M15.5 5.5v13" stroke-width="3" /></>,
  left: <path d="m14.5 6-6 6 6 6" />,
  right: <path d="m9.5 6 6 6-6 6" />,
  up: <path d="M7 11v8.5H4.5V11zm0 0 4-7c1.7 0 2.6 1.2 2.2 2.9L12.5 10h5.3c1.3 0 2.2 1.2 1.9 2.4l-1.5 5.6a2 2 0 0 1-2 1.5H7" />,
  down: <path d="M17 13V4.5h2.5V13zm0 0-4 7c-1.7 0-2.6-1.2-2.2-2.9l.7-3.1H6.2c-1.3 0-2.2-1.2-1.9-2.4L5.8 6a2 2 0 0 1 2-1.5H17" />,
  crop: <path d="M7 3v12a2 2 0 0 0 2 2h12M3 7h12a2 2 0 0 1 2 2v12" />,
  download: <path d="M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 20h14" />,
  link: <><path d="M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3" /><path d="M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7L12 17.7" /></>,
  like: <><rect x="3.5" y="3.5" width="11" height="11" rx="2" /><path d="M18 8.5a2 2 0 0 1 2.5 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2.5" /></>,
  layers: <path d="m12 4 8.5 4.5L12 13 3.5 8.5zm-8 9L12 17l8-4" />,
  warning: <><path d="M12 4 2.8 19.5h18.4z" stroke-linejoin="round" /><path d="M12 10v4.5m0 2.3v.2" /></>,
  info: <><circle cx="12" cy="12" r="8.5" /><path d="M12 11v5m0-8.2v.2" /></>,
  sun: <><circle cx="12" cy="12" r="4" /><path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M5.3 18.7 7 17M17 7l1.7-1.7" /></>,
  moon: <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z" />,
  keyboard: <><rect x="2.5" y="6" width="19" height="12.5" rx="2.5" /><path d="M6.5 10h.1M10 10h.1M13.5 10h.1M17 10h.1M8 14.5h8" /></>,
  trash: <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5.5m3-5.5v5.5" />,
  retry: <path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9m0-4.5V9H15" />,
  folder: <path d="M3.5 7a2 2 0 0 1 2-2h4l2 2.5h7a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z" />,
  upload: <path d="M12 16V5m0 0 4.5 4.5M12 5 7.5 9.5M5 20h14" />,
  film: <><rect x="3.5" y="5" width="17" height="14" rx="2" /><path d="M7.5 5v14M16.5 5v14M3.5 9.7h4m-4 4.6h4m9-4.6h4m-4 4.6h4" /></>,
  key: <><circle cx="8" cy="15.5" r="4" /><path d="m11 12.5 8.5-8.5M16 7.5l3 3" /></>,
  moonless: <><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5M8.5 11h5" /></>,
  fullscreen: <path d="M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5" />,
  sound: <><path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z" stroke-linejoin="round" /><path d="M15.5 9a4 4 0 0 1 0 6m2.5-8.5a7.5 7.5 0 0 1 0 11" /></>,
  mute: <><path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z" stroke-linejoin="round" /><path d="m16 9.5 5 5m0-5-5 5" /></>,
};

/** Decoration: what it stands for is said by the text or label beside it. */
export const Icon = ({ name }) => (
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
    {shapes[name]}
  </svg>
);
