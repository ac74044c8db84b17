//! Files of any bytes.

use proptest::prelude::*;
use smartpole_model::Inputs;

use crate::fixture::files;

const RULES: &str = "[[rule]]\nproperties = [\"pm2_5\"]\nprofiles = [\"station\"]\nstuck = 6\nstep = 2.5\n\
    spike = { neighbours = 7, deviations = 5, least = 10 }\npeer = { radius_m = 9, least_poles = 4, deviations = 5, least = 1 }\n";

const CALIBRATIONS: &str = "device,property,from,to,offset,gain,reference,reference_from,reference_to,slope,intercept,r2,rmse\n\
    am-01-air,pm2_5,2026-05-01,2026-06-01,-0.3,1.1,VDOM3,2026-03-01,2026-04-01,1,0,0.9,3\nam-01-air,pm2_5,,,0,1,,,,,,,\n";

const DEVICES: &str = "id,pole,profile,from,to,state,reversed,height_m,width_m\nam-01-air,AM-01,station,,2026-05-01,active,,3.5,\n\
    am-01-air,AM-02,station,2026-05-01,,stock,\"0;2\",3.5,4\n";

const COUNTS: &str = "device,channel,from,to,in,out,counted_by\nam-01-air,0,2026-05-05T08:00:00Z,2026-05-05T09:00:00Z,1,2,A\n\
    am-01-air,,2026-05-05T09:00:00Z,2026-05-05T09:45:00Z,3,4,B\n";

const CALENDAR: &str = "sunday_openings = [\"2026-05-03\", \"2026-10-04\"]\n";

const EVENTS: &str = "id,name,kind,from,to,weekdays,zones,note\nmarket,Wochenmarkt,market,2026-01-01,,thursday;saturday,,\n\
    market,Wochenmarkt,market,2025-01-01,2026-01-01,,,in the car park\n";

proptest! {
    #[test]
    fn no_bytes_make_the_loader_panic(name in "(poles|devices|gateways|keys|calibrations|counts|events)\\.csv|zones\\.geojson|(properties|fold|rules|calendar|profiles/counter)\\.toml", bytes: Vec<u8>) {
        let mut files = files(&[]);
        files.insert(name, bytes);
        let _outcome = Inputs::parse(&files);
    }

    /// Bytes at random rarely get past the first check; a sound file with a piece of it changed does.
    #[test]
    fn no_damaged_file_makes_the_loader_panic(which: prop::sample::Index, at: prop::sample::Index, len in 0usize..40, put in "[-0-9a-z\"\\[\\]{},;.\n =é]{0,12}") {
        let mut files = files(&[
            ("rules.toml", RULES),
            ("calibrations.csv", CALIBRATIONS),
            ("devices.csv", DEVICES),
            ("counts.csv", COUNTS),
            ("calendar.toml", CALENDAR),
            ("events.csv", EVENTS),
        ]);
        let name = which.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let contents = files.get_mut(&name).unwrap();
        let start = at.index(contents.len());
        let end = (start + len).min(contents.len());
        contents.splice(start..end, put.into_bytes());
        if let Err(problems) = Inputs::parse(&files) {
            prop_assert!(problems.iter().all(|problem| problem.line != Some(0) && !problem.hint.is_empty()));
        }
    }
}
