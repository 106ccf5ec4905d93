// Overrides by dragging. A drag opens the form of an override, filled in; nothing is saved here.
// All times are the schedule's wall clock, as text: the browser's own zone never comes in.
"use strict";
(() => {
  const place = document.getElementById("calendar");
  if (!place || !window.EventCalendar) return;
  const { first, today, offset, events, make, change } = place.dataset;
  const people = [...document.querySelectorAll("[name=technician]")];
  const trouble = document.getElementById("calendar-trouble");
  const title = document.getElementById("calendar-dates");
  const narrow = matchMedia("(max-width: 699.98px)").matches;
  document.getElementById("dragging").hidden = false;
  if (narrow) document.querySelector("[name=view][value=timeGridWeek]").checked = true;

  const later = (wall, delta) => {
    const at = new Date(`${wall}Z`);
    at.setUTCDate(at.getUTCDate() + delta.days);
    at.setUTCSeconds(at.getUTCSeconds() + delta.seconds);
    return at.toISOString().slice(0, 16);
  };
  const open = (path, typed, part = "") => location.assign(`${path}?${new URLSearchParams(typed)}${part}`);
  const openChange = (event, typed) => open(change, { override: event.extendedProps.name, ...typed });

  const drawn = (found) => {
    const isLine = found.kind === "line";
    return {
      ...found,
      resourceIds: found.technician ? [found.technician] : people.map((one) => one.value),  // a gap is everybody's
      classNames: [isLine ? "line-event" : "override-event", found.look],
      editable: !isLine && !found.is_over,
      startEditable: !isLine && !found.has_begun,
      extendedProps: found,
    };
  };
  // A month draws no background that ends within a day: there the line stands as events that stay where they are.
  const laidOut = (found, view) => (found.kind === "line" && !view.startsWith("dayGrid") ? { display: "background" } : {});

  const calendar = EventCalendar.create(place, {
    view: document.querySelector("[name=view]:checked").value,
    views: {
      timeGridWeek: { duration: narrow ? { days: 2 } : { weeks: 1 }, slotDuration: "01:00", slotHeight: 32 },
      resourceTimelineWeek: { slotDuration: "06:00", slotWidth: 36, slotLabelFormat: { hour: "2-digit", hour12: false } },
      dayGridMonth: { dayHeaderFormat: { weekday: "short" } },
    },
    headerToolbar: { start: "", center: "", end: "" },
    locale: "en-GB",
    firstDay: 1,
    date: first,
    timeZone: offset,
    allDaySlot: false,
    nowIndicator: true,
    height: narrow ? "480px" : "auto",
    longPressDelay: 500,
    lazyFetching: false,
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    selectable: true,
    eventResizableFromStart: true,
    snapDuration: "00:30",
    resources: people.map((one) => ({ id: one.value, title: one.dataset.name })),
    eventSources: [{
      events: async ({ startStr, endStr }) => {
        const range = new URLSearchParams({ from: startStr.slice(0, 10), until: endStr.slice(0, 10) });
        const answer = await fetch(`${events}?${range}`);
        trouble.hidden = answer.ok && !answer.redirected;
        if (!trouble.hidden) return [];
        const view = calendar.getView().type;
        return (await answer.json()).map((found) => ({ ...drawn(found), ...laidOut(found, view) }));
      },
    }],
    select: ({ startStr, endStr, resource }) => {
      const technician = resource?.id || people.find((one) => one.checked).value;
      open(make, { technician, starts: startStr.slice(0, 16), ends: endStr.slice(0, 16) }, "#add-override");
    },
    eventDrop: ({ event, delta, newResource }) => {
      const { start, end, technician } = event.extendedProps;
      openChange(event, { technician: newResource?.id ?? technician, starts: later(start, delta), ends: later(end, delta) });
    },
    eventResize: ({ event, startDelta, endDelta }) => {
      const { start, end } = event.extendedProps;
      openChange(event, { starts: later(start, startDelta), ends: later(end, endDelta) });
    },
    // The library leaves its backgrounds without words; colour alone must not tell who it is.
    eventDidMount: ({ el, event }) => {
      if (event.display !== "background") return;
      const name = el.appendChild(document.createElement("span"));
      name.textContent = event.extendedProps.title;
    },
    datesSet: ({ view }) => { title.textContent = view.title; },
  });

  for (const [name, act] of Object.entries({ earlier: "prev", later: "next" })) {
    document.getElementById(`calendar-${name}`).addEventListener("click", () => calendar[act]());
  }
  document.getElementById("calendar-today").addEventListener("click", () => calendar.setOption("date", today));
  const follow = (name, option) => {
    for (const one of document.querySelectorAll(`[name=${name}]`)) {
      one.addEventListener("change", () => calendar.setOption(option, one.value));
    }
  };
  follow("step", "snapDuration");
  follow("view", "view");
  // Back from the form, the calendar shows what is saved, not what was dragged.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    calendar.unselect();
    calendar.refetchEvents();
  });
})();
