/** What hourly means of air go by. The classes are made by the service (`/air`, `/poles`); their bands stand on the method page. */

/** The pollutants of the index of the Umweltbundesamt (2025), in the order in which they are named. */
export const POLLUTANTS = ['pm10', 'pm2_5', 'o3', 'no2', 'so2'];

/** An hourly mean counts from this share of its expected values on (39. BImSchV, Anlage 11 A). */
export const VALID_COVERAGE = 0.75;
