use super::handlers::{change_profile, log_in, register, show_profile};
use crate::routes::{Routes, routes};

pub(crate) const ROUTES: Routes = routes! {
    "Authentication" {
        "/auth/register" => post register;
        "/auth/login" => post log_in;
    }
    "Profile" {
        "/me" => get show_profile, patch change_profile;
    }
};
