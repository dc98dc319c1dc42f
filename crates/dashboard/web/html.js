// What templates are made with: `html` turns a tagged template into elements.

import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
