//! ChirpStack v4 integration events as JSON (`api/proto/integration/integration.proto` of ChirpStack, lowerCamel names).
//!
//! `…/device/{dev_eui}/event/{event}`: an `up` event's `object`, which ChirpStack's codec made, goes through the
//! profile's mapping; all other events are control. Three clocks may be in it:
//!
//! | clock | from | why |
//! |---|---|---|
//! | gateway | `rxInfo[].gwTime` (`time` before 4.0) nearest to the network's | a gateway without GPS lock can be off by years |
//! | network | the earliest `rxInfo[].nsTime`, else `time` | ChirpStack copies a gateway's time into `time` without any bound |
//! | payload | – | the object has no agreed place for one |

use serde::Deserialize;
use serde_json::value::RawValue;
use smartpole_model::{Decimal, Reason, UtcMillis};

use crate::{
    Decoded, Refusal, Sample, Value,
    json::{self, Members, Text},
    names::{Meaning, Names, reason},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Up<'a> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    device_info: Option<DeviceInfo<'a>>,
    f_port: Option<u32>,
    #[serde(borrow)]
    data: Option<Text<'a>>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    rx_info: Option<Vec<Reception<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceInfo<'a> {
    #[serde(borrow)]
    dev_eui: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reception<'a> {
    #[serde(borrow)]
    gw_time: Option<Text<'a>>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    ns_time: Option<Text<'a>>,
}

/// DevEUI and event of a topic that ends in `device/{dev_eui}/event/{event}`.
pub(crate) fn topic_parts(topic: &str) -> Option<(&str, &str)> {
    let mut levels = topic.rsplit('/');
    let event = levels.next()?;
    let is_event = levels.next()? == "event";
    let dev_eui = levels.next()?;
    (is_event && levels.next()? == "device").then_some((dev_eui, event))
}

/// The DevEUI of an event's body, for topics that do not tell.
pub(crate) fn dev_eui(payload: &[u8]) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Event<'a> {
        #[serde(borrow)]
        device_info: Option<DeviceInfo<'a>>,
    }
    let event: Event<'_> = json::parse(json::utf8(payload)?)?;
    let dev_eui = event.device_info.and_then(|device| device.dev_eui);
    dev_eui.map(|eui| eui.to_ascii_lowercase()).ok_or_else(|| Refusal::decode("no deviceInfo.devEui"))
}

pub(crate) fn decode(names: Names<'_>, topic: &str, payload: &[u8]) -> Result<Decoded, Refusal> {
    let (topic_eui, event) = topic_parts(topic).map_or((None, "up"), |(eui, event)| (Some(eui), event));
    if event != "up" {
        return control(event);
    }
    let up: Up<'_> = json::parse(json::utf8(payload)?)?;
    check_device(topic_eui, up.device_info.as_ref())?;
    if up.is_mac_only() {
        return Ok(Decoded::Control("mac_only"));
    }
    let object =
        up.object.ok_or_else(|| Refusal::new(Reason::NoReadings, "no object: the codec failed or is missing"))?;
    let network_time = up.network_time();
    let mut sample = Sample { gateway_time: up.gateway_time(network_time), network_time, ..Sample::default() };
    read_object(names, object, &mut sample)?;
    if sample.values.is_empty() && sample.faults.is_empty() {
        return Err(Refusal::new(Reason::NoReadings, "the object has none of the profile's paths"));
    }
    Ok(Decoded::Samples(vec![sample]))
}

fn control(event: &str) -> Result<Decoded, Refusal> {
    let known = ["join", "status", "ack", "txack", "log", "location", "integration"];
    match known.into_iter().find(|known| *known == event) {
        Some(known) => Ok(Decoded::Control(known)),
        None => Err(Refusal::decode(format!("unknown event {event:.40?}"))),
    }
}

fn check_device(topic_eui: Option<&str>, device: Option<&DeviceInfo<'_>>) -> Result<(), Refusal> {
    match (topic_eui, device.and_then(|device| device.dev_eui.as_deref())) {
        (Some(topic), Some(body)) if !topic.eq_ignore_ascii_case(body) => {
            Err(Refusal::decode(format!("topic names device {topic:.40?}, deviceInfo.devEui {body:.40?}")))
        }
        _ => Ok(()),
    }
}

impl Up<'_> {
    /// Frames that carry MAC commands alone: `fPort` 0 or no bytes. ChirpStack runs the codec all the same, so their
    /// `object` may hold anything. Absent fields are defaults only if there is no object either.
    fn is_mac_only(&self) -> bool {
        let empty = self.data.as_deref().map(str::is_empty);
        self.f_port == Some(0) || empty.unwrap_or(self.object.is_none())
    }

    fn receptions(&self) -> impl Iterator<Item = &Reception<'_>> {
        self.rx_info.iter().flatten()
    }

    fn network_time(&self) -> Option<UtcMillis> {
        self.receptions().filter_map(|reception| time(&reception.ns_time)).min().or_else(|| time(&self.time))
    }

    fn gateway_time(&self, network_time: Option<UtcMillis>) -> Option<UtcMillis> {
        let times =
            self.receptions().filter_map(|reception| time(&reception.gw_time).or_else(|| time(&reception.time)));
        times.min_by_key(|time| network_time.map_or(0, |network| time.since(network).saturating_abs()))
    }
}

/// A clock that writes no RFC 3339 is no clock; a lesser one stands in.
fn time(text: &Option<Text<'_>>) -> Option<UtcMillis> {
    text.as_deref()?.parse().ok()
}

fn read_object(names: Names<'_>, object: &RawValue, sample: &mut Sample) -> Result<(), Refusal> {
    if !object.get().starts_with('{') {
        return Ok(());
    }
    let members: Members<'_> = part(object)?;
    for mapping in &names.profile.mapping {
        if let Some(raw) = find(&members, &mapping.path)?.filter(|raw| raw.get() != "null") {
            sample.keep(&mapping.path, names.mapped(mapping).and_then(|meaning| read_value(&meaning, raw)));
        }
    }
    Ok(())
}

/// What a dotted path (`lines.0.total_in`) leads to. Each step reads one level, so depth costs no stack.
fn find<'a>(members: &Members<'a>, path: &str) -> Result<Option<&'a RawValue>, Refusal> {
    let mut steps = path.split('.');
    let mut found = steps.next().and_then(|step| members.get(step));
    for step in steps {
        let Some(raw) = found else { return Ok(None) };
        found = match raw.get().as_bytes().first() {
            Some(b'{') => part::<Members<'_>>(raw)?.get(step),
            Some(b'[') => element(raw, step)?,
            _ => None,
        };
    }
    Ok(found)
}

/// One level of the object; places in its errors count from its beginning.
fn part<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Refusal> {
    json::parse(raw.get()).map_err(|refusal| Refusal::decode(format!("in object: {}", refusal.detail)))
}

fn element<'a>(array: &'a RawValue, step: &str) -> Result<Option<&'a RawValue>, Refusal> {
    let elements: Vec<&RawValue> = part(array)?;
    Ok(step.parse::<usize>().ok().and_then(|index| elements.get(index).copied()))
}

fn read_value(meaning: &Meaning<'_>, raw: &RawValue) -> Result<Value, Reason> {
    let number = match raw.get() {
        "true" => Decimal { mantissa: 1, decimals: 0 },
        "false" => Decimal { mantissa: 0, decimals: 0 },
        text => Decimal::parse(text).map_err(reason)?,
    };
    meaning.value(number)
}
