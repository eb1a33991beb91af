// "Use my position": the device asks first; what it tells is posted once. Without script, or without a position to
// tell, the form stays hidden and the other ways stand.
export function startLocate() {
  const form = document.querySelector('form[data-locate]');
  if (!form || !navigator.geolocation) return;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    if (form.elements.longitude.value) return;
    event.preventDefault();
    const said = form.querySelector('[data-locate-failed]');
    said.textContent = '';
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // To about a hundred metres: enough to find a station.
        form.elements.longitude.value = coords.longitude.toFixed(3);
        form.elements.latitude.value = coords.latitude.toFixed(3);
        form.requestSubmit();
      },
      () => { said.textContent = said.dataset.locateFailed; },
      { maximumAge: 600000, timeout: 10000 },
    );
  });
}
