/* <village-map shapes="…" points="…" tiles="…">: village polygons, shaded as the table beside them
   says, and households as points where an address for them is given.

   A village without a polygon shows its households alone. The table is the record: every [data-village] row names its shade and its figure. Without
   script, without polygons and without a network the table still stands. */

const ONE_VILLAGE_ZOOM = 16;
const NAMES_FROM_ZOOM = 12;

class VillageMap extends HTMLElement {
  connectedCallback() {
    this.figures = this.closest("live-figures");
    this.says = this.querySelector(".map-says");
    this.layers = new Map();
    this.draw();
    this.repaint = () => this.paint();
    this.figures?.addEventListener("figures-changed", this.repaint);
  }

  disconnectedCallback() {
    this.figures?.removeEventListener("figures-changed", this.repaint);
    this.map?.remove();
  }

  async draw() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(this.querySelector(".map-ground"), {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0.25,
      scrollWheelZoom: !this.hasAttribute("points"),
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      markerZoomAnimation: !calm,
    }).setView([34.3, 119.3], 10);
    L.control
      .zoom({ zoomInTitle: this.dataset.closer, zoomOutTitle: this.dataset.wider })
      .addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.on("zoomend", () => this.name());
    this.lay();
    const shapes = await fetchJson(this.getAttribute("shapes"));
    if (!shapes) return this.tell(this.dataset.away);
    if (!shapes.features.length) return this.hasAttribute("points") ? this.place() : this.tell(this.dataset.none);
    this.ground = L.geoJSON(shapes, {
      style: () => ({ className: "ground", weight: 1 }),
      onEachFeature: (feature, layer) => this.add(feature.id, layer),
    }).addTo(this.map);
    this.map.fitBounds(this.ground.getBounds(), { padding: [12, 12], maxZoom: ONE_VILLAGE_ZOOM });
    this.paint();
    if (this.hasAttribute("points")) this.place();
  }

  /* Names stand on their villages once these are large enough to bear them. */
  name() {
    this.map.getContainer().classList.toggle("is-near", this.map.getZoom() >= NAMES_FROM_ZOOM);
  }

  lay() {
    if (!this.hasAttribute("tiles")) return;
    L.tileLayer(this.getAttribute("tiles"), { subdomains: "01234567", maxZoom: 18 }).addTo(this.map);
    const credit = this.getAttribute("tiles-credit");
    if (!credit) return;
    const line = document.createElement("span");
    line.textContent = credit;
    L.control.attribution({ prefix: false }).addAttribution(line.innerHTML).addTo(this.map);
  }

  add(village, layer) {
    this.layers.set(String(village), layer);
    const row = this.row(village);
    if (!row) return;
    layer.bindPopup(() => this.card(village));
    layer.on("mouseover", () => this.tell(this.words(village)));
    const name = document.createElement("span");
    name.textContent = row.querySelector("a").textContent;
    L.tooltip({ permanent: true, direction: "center", className: "village-name" })
      .setLatLng(layer.getBounds().getCenter())
      .setContent(name)
      .addTo(this.map);
  }

  row(village) {
    return this.figures?.querySelector(`[data-village="${CSS.escape(village)}"]`);
  }

  paint() {
    for (const [village, layer] of this.layers) {
      const shade = this.row(village)?.dataset.shade;
      layer.getElement()?.setAttribute("class", `ground leaflet-interactive${shade ? ` shade-${shade}` : ""}`);
    }
  }

  words(village) {
    const row = this.row(village);
    if (!row) return "";
    const unit = row.closest("table").querySelector("thead th:last-child").textContent;
    return `${row.querySelector("a").textContent} ${row.lastElementChild.textContent} ${unit}`;
  }

  card(village) {
    const row = this.row(village);
    if (!row) return document.createElement("span");
    const [name, note] = [row.querySelector("a"), row.querySelector("small")];
    const title = `${name.textContent} ${note.textContent}`;
    return popup(title, this.words(village), name.href, this.dataset.open);
  }

  async place() {
    const answer = await fetchJson(this.getAttribute("points"));
    if (!answer) return this.tell(this.dataset.away);
    if (!this.ground && !answer.points.length) return this.tell(this.dataset.none);
    if (!this.ground) {
      const places = answer.points.map(([x, y]) => [y, x]);
      this.map.fitBounds(places, { padding: [24, 24], maxZoom: ONE_VILLAGE_ZOOM });
    }
    for (const [x, y, stage, who, group, word, address] of answer.points) {
      L.circleMarker([y, x], { radius: 6, weight: 1.5, className: `dot dot-${stage}` })
        .bindPopup(() => popup(`${who} ${group}`, word, address, this.dataset.open))
        .addTo(this.map);
    }
  }

  tell(words) {
    this.says.textContent = words;
  }
}

function popup(title, text, address, open) {
  const card = document.createElement("div");
  const head = document.createElement("strong");
  const line = document.createElement("p");
  const link = document.createElement("a");
  head.textContent = title;
  line.textContent = text;
  link.href = address;
  link.textContent = open;
  card.append(head, line, link);
  return card;
}

async function fetchJson(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

customElements.define("village-map", VillageMap);
