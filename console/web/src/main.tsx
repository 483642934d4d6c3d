import { render } from "preact";
import { App } from "./app";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/pictures.css";

const place = document.getElementById("app");
if (place) render(<App />, place);
