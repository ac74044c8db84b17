//! No bytes of a gateway panic, and what is written is read back.
#![allow(clippy::unwrap_used)]

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::{collection::vec, prelude::*, sample::select};
use prost::Message;
use serde_json::{Value, json};
use smartpole_lorawan::{
    Context, Crc, DataRate, GatewayMessage, Heard, Malformed, Reception, Transmit, gateway_bridge, gw, semtech,
};
use smartpole_model::{Eui, UtcMillis};

const FIXTURES: [&str; 2] =
    [include_str!("fixtures/gateway-bridge/protobuf.json"), include_str!("fixtures/gateway-bridge/json.json")];

/// All that a bridge published: topic and payload.
fn published() -> Vec<(String, Vec<u8>)> {
    let mut messages = Vec::new();
    for recording in FIXTURES.map(|text| serde_json::from_str::<Value>(text).unwrap()) {
        for push in recording["pushes"].as_array().unwrap() {
            for message in push["published"].as_array().unwrap() {
                let payload = message["payload"].as_str().unwrap();
                let hex = |at| u8::from_str_radix(&payload[at..at + 2], 16).unwrap();
                let bytes = if payload.starts_with('{') {
                    payload.as_bytes().to_vec()
                } else {
                    (0..payload.len()).step_by(2).map(hex).collect()
                };
                messages.push((message["topic"].as_str().unwrap().to_owned(), bytes));
            }
        }
    }
    messages
}

fn data_rate() -> impl Strategy<Value = DataRate> {
    (0..8u8).prop_map(|index| DataRate::of_index(index).unwrap())
}

fn heard(context: impl Strategy<Value = Context>) -> impl Strategy<Value = Heard> {
    let crc = select(vec![Crc::Ok, Crc::Bad, Crc::Missing]);
    let signal = (any::<i16>(), -2_000i16..2_000);
    let time = prop::option::of(400_000_000_000..4_000_000_000_000i64);
    (vec(any::<u8>(), 0..=255), crc, any::<u64>(), signal, any::<u32>(), data_rate(), time, context).prop_map(
        |(phy_payload, crc, gateway, (rssi, snr), frequency, data_rate, time, context)| {
            let snr = matches!(data_rate, DataRate::Lora { .. }).then_some(snr);
            let (data_rate, time) = (Some(data_rate), time.map(UtcMillis));
            let reception = Reception { gateway: Eui(gateway), rssi, snr, frequency, data_rate, time, context };
            Heard { phy_payload, crc, reception }
        },
    )
}

/// The frame as a packet forwarder writes it.
fn rxpk(heard: &Heard) -> Vec<u8> {
    let Reception { rssi, snr, frequency, data_rate, time, context, .. } = &heard.reception;
    let Context::Tmst(tmst) = context else { unreachable!() };
    let datr = match data_rate.unwrap() {
        DataRate::Lora { spreading_factor, bandwidth } => format!("\"SF{spreading_factor}BW{bandwidth}\""),
        DataRate::Fsk => "50000".to_owned(),
    };
    let stat = match heard.crc {
        Crc::Ok => 1,
        Crc::Bad => -1,
        Crc::Missing => 0,
    };
    let snr = snr.map_or("null".to_owned(), |tenths| {
        format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
    });
    let time = json!(time);
    let data = STANDARD.encode(&heard.phy_payload);
    format!(
        r#"{{"tmst":{tmst},"time":{time},"freq":{}.{:06},"stat":{stat},"datr":{datr},"rssi":{rssi},"lsnr":{snr},"size":{},"data":"{data}"}}"#,
        frequency / 1_000_000, frequency % 1_000_000, heard.phy_payload.len(),
    )
    .into_bytes()
}

/// The frame as a bridge writes it.
fn uplink_frame(heard: &Heard) -> gw::UplinkFrame {
    let Reception { gateway, rssi, snr, frequency, data_rate, time, context } = &heard.reception;
    let Context::Opaque(context) = context else { unreachable!() };
    let parameters = match data_rate.unwrap() {
        DataRate::Lora { spreading_factor, bandwidth } => gw::modulation::Parameters::Lora(gw::LoraModulationInfo {
            bandwidth: u32::from(bandwidth) * 1_000,
            spreading_factor: spreading_factor.into(),
            ..Default::default()
        }),
        DataRate::Fsk => {
            gw::modulation::Parameters::Fsk(gw::FskModulationInfo { frequency_deviation: 0, datarate: 50_000 })
        }
    };
    let crc_status = match heard.crc {
        Crc::Ok => gw::CrcStatus::CrcOk,
        Crc::Bad => gw::CrcStatus::BadCrc,
        Crc::Missing => gw::CrcStatus::NoCrc,
    };
    let gw_time = time.map(|UtcMillis(millis)| prost_types::Timestamp {
        seconds: millis / 1_000,
        nanos: (millis % 1_000) as i32 * 1_000_000,
    });
    let rx_info = gw::UplinkRxInfo {
        gateway_id: gateway.to_string(),
        gw_time,
        rssi: (*rssi).into(),
        snr: f32::from(snr.unwrap_or(0)) / 10.0,
        context: context.clone(),
        crc_status: crc_status.into(),
        ..Default::default()
    };
    let tx_info =
        gw::UplinkTxInfo { frequency: *frequency, modulation: Some(gw::Modulation { parameters: Some(parameters) }) };
    gw::UplinkFrame { phy_payload: heard.phy_payload.clone(), tx_info: Some(tx_info), rx_info: Some(rx_info) }
}

fn frame(json: bool, bytes: &[u8]) -> gw::DownlinkFrame {
    if json { serde_json::from_slice(bytes).unwrap() } else { gw::DownlinkFrame::decode(bytes).unwrap() }
}

/// Whatever it is, what is said of it stays short.
fn tell(read: Result<(Eui, GatewayMessage), Malformed>) {
    let detail = read.map_or_else(|error| error.to_string(), |_| String::new());
    assert!(detail.chars().count() < 200, "{detail}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_read_or_malformed(
        topic in "(semtech|[a-z]{0,3})/?(gateway)?/?([0-9a-f]{16}|-)?/?(event)?/?(rxpk|stat|tx_ack|datagram|up|stats|ack)",
        bytes in vec(any::<u8>(), 0..400),
    ) {
        for kind in ["rxpk", "stat", "tx_ack", "datagram"] {
            tell(semtech::read(&format!("semtech/0016c001f153a14c/{kind}"), &bytes));
        }
        for kind in ["up", "stats", "ack", "raw"] {
            tell(gateway_bridge::read(&format!("gateway/0016c001f153a14c/event/{kind}"), &bytes));
        }
        tell(semtech::read(&topic, &bytes));
        tell(gateway_bridge::read(&topic, &bytes));
    }

    #[test]
    fn a_bridges_message_with_a_byte_changed_is_read_or_malformed(
        (topic, mut bytes) in select(published()), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        tell(gateway_bridge::read(&topic, &bytes));
        tell(gateway_bridge::read(&topic, &bytes[..at]));
    }

    #[test]
    fn what_a_forwarder_writes_is_read_back(heard in heard(any::<u32>().prop_map(Context::Tmst))) {
        let topic = format!("semtech/{}/rxpk", heard.reception.gateway);
        let message = (heard.reception.gateway, GatewayMessage::Uplink(heard.clone()));
        prop_assert_eq!(semtech::read(&topic, &rxpk(&heard)), Ok(message));
    }

    #[test]
    fn what_a_bridge_writes_is_read_back_in_both_forms(heard in heard(vec(any::<u8>(), 0..40).prop_map(Context::Opaque))) {
        let topic = format!("eu868/gateway/{}/event/up", heard.reception.gateway);
        let message = (heard.reception.gateway, GatewayMessage::Uplink(heard.clone()));
        let frame = uplink_frame(&heard);
        prop_assert_eq!(gateway_bridge::read(&topic, &serde_json::to_vec(&frame).unwrap()), Ok(message.clone()));
        prop_assert_eq!(gateway_bridge::read(&topic, &frame.encode_to_vec()), Ok(message));
    }

    #[test]
    fn a_downlink_says_the_same_in_both_forms(
        id in any::<u32>(), phy_payload in vec(any::<u8>(), 0..=255), frequency in any::<u32>(), data_rate in data_rate(),
        power in any::<i8>(), delay_ms in any::<u32>(), context in vec(any::<u8>(), 0..40),
    ) {
        let context = Context::Opaque(context);
        let transmit = Transmit { gateway: Eui(1), phy_payload, frequency, data_rate, power, delay_ms, context };
        let [mut protobuf, mut json] = [false, true].map(|json| frame(json, &gateway_bridge::downlink(id, &transmit, json)));
        for item in protobuf.items.iter_mut().chain(&mut json.items) {
            // It is written in JSON but not read.
            if let Some(gw::modulation::Parameters::Lora(lora)) = item.tx_info.as_mut().and_then(|info| info.modulation.as_mut()?.parameters.as_mut()) {
                lora.code_rate = 0;
            }
        }
        prop_assert_eq!(protobuf, json);
    }
}
