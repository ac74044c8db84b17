//! Things that have ids.

/// What an id names, for [`Problem::unknown`].
pub(crate) struct Named {
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    /// What it is called in a sentence.
    pub(super) word: &'static str,
    /// Where all are to be found.
    pub(super) list: &'static str,
}

impl Named {
    pub(crate) const POLE: Self =
        Self { kind: "unknown-pole", title: "Unknown pole", word: "pole", list: "/api/v1/poles" };
    pub(crate) const DEVICE: Self =
        Self { kind: "unknown-device", title: "Unknown device", word: "device", list: "/api/v1/devices" };
    pub(crate) const ZONE: Self =
        Self { kind: "unknown-zone", title: "Unknown zone", word: "zone", list: "/api/v1/zones" };
    pub(crate) const QUARANTINED: Self = Self {
        kind: "unknown-message",
        title: "Unknown message",
        word: "message in quarantine with the number",
        list: "/api/v1/quarantine",
    };
    pub(crate) const REPLAY: Self = Self {
        kind: "unknown-replay",
        title: "Unknown replay",
        word: "replay with the number",
        list: "/api/v1/replays",
    };
    pub(crate) const READING: Self = Self {
        kind: "unknown-reading",
        title: "Unknown reading",
        word: "reading",
        list: "/api/v1/series with step=raw",
    };
    pub(crate) const SITE: Self = Self {
        kind: "unknown-site",
        title: "Unknown site",
        word: "zone or pole",
        list: "/api/v1/zones or /api/v1/poles",
    };
    pub(crate) const EVENT: Self =
        Self { kind: "unknown-event", title: "Unknown event", word: "event", list: "/api/v1/events" };
    pub(crate) const ALERT: Self =
        Self { kind: "unknown-alert", title: "Unknown alert", word: "alert with the id", list: "/api/v1/alerts" };
    pub(crate) const MAINTENANCE: Self = Self {
        kind: "unknown-maintenance",
        title: "Unknown maintenance",
        word: "maintenance with the id",
        list: "/api/v1/maintenance",
    };
    pub(crate) const DATA_SET: Self =
        Self { kind: "unknown-data-set", title: "Unknown data set", word: "data set", list: "/datasets" };
    pub(crate) const LEGAL: Self =
        Self { kind: "unknown-page", title: "Unknown page", word: "page", list: "/api/v1/publisher" };
    pub(crate) const REGISTRY_FILE: Self = Self {
        kind: "unknown-file",
        title: "Unknown file",
        word: "file of the registry called",
        list: "/api/v1/registry",
    };
    pub(crate) const VERSION: Self = Self {
        kind: "unknown-version",
        title: "Unknown version",
        word: "version of this file with the hash",
        list: "/api/v1/registry/{file}/history",
    };
    pub(crate) const PROPERTY: Self =
        Self { kind: "unknown-property", title: "Unknown property", word: "property", list: "/api/v1/properties" };
}
