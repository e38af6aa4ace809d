"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path, re_path

from accounts.sessions import api as endpoints
from accounts.sessions import codes_api, codes_pages, second_factor
from accounts.sessions import pages as pages_

api: list[URLPattern] = [
    path("auth/sign-up", endpoints.SignUp.as_view(), name="auth-sign-up"),
    path("auth/sign-in", endpoints.SignIn.as_view(), name="auth-sign-in"),
    path("auth/mfa", endpoints.SecondFactor.as_view(), name="auth-mfa"),
    path("auth/sign-out", endpoints.SignOut.as_view(), name="auth-sign-out"),
    path("auth/refresh-token", endpoints.RefreshToken.as_view(), name="auth-refresh-token"),
    path("auth/confirm-email", endpoints.ConfirmEmail.as_view(), name="auth-confirm-email"),
    path("auth/resend-email", endpoints.ResendEmail.as_view(), name="auth-resend-email"),
    path("auth/forgot-password", endpoints.ForgotPassword.as_view(), name="auth-forgot-password"),
    path("auth/reset-password", endpoints.ResetPassword.as_view(), name="auth-reset-password"),
    path("auth/change-password", endpoints.ChangePassword.as_view(), name="auth-change-password"),
    path("auth/phone/request", codes_api.AskByPhone.as_view(), name="auth-phone-request"),
    path("auth/phone/confirm", codes_api.ConfirmByPhone.as_view(), name="auth-phone-confirm"),
    path("auth/code/request", codes_api.AskByEmail.as_view(), name="auth-code-request"),
    path("auth/code/confirm", codes_api.ConfirmByEmail.as_view(), name="auth-code-confirm"),
    path("auth/code/resend", codes_api.SendAgain.as_view(), name="auth-code-resend"),
    path("auth/change-email", codes_api.ChangeEmail.as_view(), name="auth-change-email"),
    path("auth/change-email/confirm", codes_api.ConfirmChangeEmail.as_view(), name="auth-change-email-confirm"),
    path("auth/change-phone", codes_api.ChangePhone.as_view(), name="auth-change-phone"),
    path("auth/change-phone/confirm", codes_api.ConfirmChangePhone.as_view(), name="auth-change-phone-confirm"),
    path("auth/remove-phone", codes_api.RemovePhone.as_view(), name="auth-remove-phone"),
    path("auth/sessions", endpoints.Sessions.as_view(), name="auth-sessions"),
    path("auth/sessions/<uuid:session_id>", endpoints.OneSession.as_view(), name="auth-session"),
]
# allauth finds its pages by these names.
pages: list[URLPattern] = [
    path("sign-up/", pages_.SignUp.as_view(), name="account_signup"),
    path("sign-in/", pages_.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", pages_.SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-up/phone/", codes_pages.SignUpByPhone.as_view(), name="sign_up_phone"),
    path("sign-in/email/", codes_pages.SignInByEmail.as_view(), name="sign_in_email"),
    path("sign-in/phone/", codes_pages.SignInByPhone.as_view(), name="sign_in_phone"),
    path("sign-in/enter-code/", codes_pages.EnterCode.as_view(), name="enter_code"),
    path("sign-out/", pages_.SignOut.as_view(), name="account_logout"),
    path("verify/", pages_.VerifySent.as_view(), name="account_email_verification_sent"),
    path("verify/<str:key>/", pages_.VerifyLink.as_view(), name="account_confirm_email"),
    path("forgot/", pages_.Forgot.as_view(), name="account_reset_password"),
    path("forgot/sent/", pages_.ForgotSent.as_view(), name="account_reset_password_done"),
    re_path(r"^reset/(?P<uidb36>[0-9A-Za-z_]+)-(?P<key>.+)/$", pages_.Reset.as_view(), name="account_reset_password_from_key"),
    path("settings/password/", pages_.ChangePassword.as_view(), name="account_change_password"),
    path("settings/password/set/", pages_.SetPassword.as_view(), name="account_set_password"),
    path("settings/account/", codes_pages.Account.as_view(), name="settings_account"),
    path("settings/account/email/", codes_pages.ChangeEmail.as_view(), name="settings_account_email"),
    path("settings/account/phone/", codes_pages.ChangePhone.as_view(), name="settings_account_phone"),
    path("settings/account/phone/remove/", codes_pages.RemovePhone.as_view(), name="settings_account_phone_remove"),
    path("settings/account/code/", codes_pages.EnterChangeCode.as_view(), name="settings_account_code"),
    path("settings/confirm/", pages_.ConfirmPassword.as_view(), name="account_reauthenticate"),
    path("settings/confirm/code/", second_factor.ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path("settings/sessions/", pages_.Sessions.as_view(), name="settings_sessions"),
    path("settings/sessions/end-others/", pages_.EndSession.as_view(), name="settings_sessions_end_others"),
    path("settings/sessions/<uuid:session_id>/end/", pages_.EndSession.as_view(), name="settings_session_end"),
    path("settings/two-factor/", second_factor.Overview.as_view(), name="mfa_index"),
    path("settings/two-factor/set-up/", second_factor.SetUp.as_view(), name="mfa_activate_totp"),
    path("settings/two-factor/turn-off/", second_factor.TurnOff.as_view(), name="mfa_deactivate_totp"),
    path("settings/two-factor/codes/", second_factor.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("settings/two-factor/codes/new/", second_factor.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
]
